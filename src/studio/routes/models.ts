/** Models and adapters on this machine: fetching one, looking at one first, removing one and bringing it back. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ConfigError, HubError, ModelError, machineMemoryBytes, RunError } from '../../core/index.ts';
import { parseHubName } from '../../hub/index.ts';
import { askProgram } from '../ask-program.ts';
import { bind, MissingError } from '../bind-route.ts';
import { isLoopback } from '../guard-requests.ts';
import { jobOnWire } from '../job-on-wire.ts';
import { ModelBin } from '../model-bin.ts';
import { ModelNeeds, memoryNow } from '../model-needs.ts';
import { listAdapters, listModels, modelAt } from '../models-here.ts';
import type { Studio } from '../studio.ts';
import { MODELS, type Model, type ModelInfo } from '../wire/index.ts';

export function modelRoutes(
  api: OpenAPIHono,
  { workspace, supervisor, changes, options }: Studio,
  host: string,
): void {
  const bin = new ModelBin(workspace.state('removed-models.json'));
  const needs = new ModelNeeds(options.program);
  const takesPaths = isLoopback(host);

  bind(api, MODELS.list, () => ({
    models: listModels(workspace),
    adapters: listAdapters(workspace),
    removed: bin.list(),
    memoryBytes: machineMemoryBytes(),
    folder: workspace.shown(workspace.modelFolders[0]!),
    takesPaths,
  }));

  bind(api, MODELS.needs, async () => {
    const models = await needs.of(listModels(workspace));
    const { free: freeBytes, total: totalBytes } = memoryNow();
    return { models, freeBytes, totalBytes };
  });

  bind(api, MODELS.look, async ({ body, signal }) => {
    const words = ['models', 'info', '--json', hubName(body.name)];
    return JSON.parse(await askProgram(words, { program: options.program, signal })) as ModelInfo;
  });

  bind(api, MODELS.fetch, ({ body }) => {
    const starter = listModels(workspace).find(({ name, kind }) => kind === 'starter' && name === body.name);
    if (starter?.mustAccept && !body.acceptLicense) {
      throw new HubError({
        en: `${starter.title}: its licence, the ${starter.license}, has to be accepted first`,
        zh: `${starter.title}：须先接受其许可证（${starter.license}）`,
      });
    }
    const name = starter ? starter.name : hubName(body.name);
    const isOpen = ({ state }: { state: string }) => state === 'running' || state === 'queued';
    const under = supervisor
      .list()
      .find((job) => job.kind === 'download' && job.about?.['model'] === name && isOpen(job));
    if (under) return jobOnWire(under);
    const words = ['models', 'get', name, ...(body.acceptLicense ? ['--accept-license'] : [])];
    const title = starter?.title ?? name;
    return jobOnWire(
      supervisor.add({ kind: 'download', title, lane: 'network', words, about: { model: name } }),
    );
  });

  bind(api, MODELS.add, ({ body }) => {
    if (!takesPaths) {
      throw new ConfigError({
        en: 'models: this studio can be reached by others, so it takes no paths from its page; start it with --models and the folder',
        zh: 'models：此 studio 可被其他机器访问，因此不接受网页上给出的路径；请用 --models 加文件夹启动',
      });
    }
    const path = isAbsolute(body.path) && existsSync(body.path) ? realpathSync(body.path) : undefined;
    if (path === undefined) {
      throw new ModelError({
        en: `${body.path}: there is no such folder or file; give its whole path`,
        zh: `${body.path}：没有这个文件夹或文件；请给出完整路径`,
      });
    }
    if (modelAt(dirname(path), basename(path)).length === 0) {
      throw new ModelError({
        en: `${path}: is no model; name the folder that holds config.json and the weights, or a GGUF file`,
        zh: `${path}：不是模型；请指定含 config.json 和权重的文件夹，或一个 GGUF 文件`,
      });
    }
    if (!listModels(workspace).some(({ name }) => name === path)) workspace.addModel(path);
    changes.tell('models');
    return { name: path };
  });

  bind(api, MODELS.remove, ({ body }) => {
    const model = removable(listModels(workspace), body.name);
    const user = supervisor
      .list()
      .find(({ state, about, title }) => state === 'running' && uses(about, title, model.name));
    if (user) {
      throw new RunError({
        en: `${model.title}: ${user.kind} ${user.title} uses it; stop that before`,
        zh: `${model.title}：正被 ${user.kind} ${user.title} 使用；请先停止它`,
      });
    }
    const undo = bin.put({ ...model, path: model.place }, model.removes);
    if (model.removes === 'entry') workspace.dropModel(model.place);
    changes.tell('models');
    return { undo };
  });

  bind(api, MODELS.restore, ({ params }) => {
    const { name, path, takes } = bin.restore(params.id);
    if (takes === 'entry') workspace.addModel(path);
    changes.tell('models');
    return { name };
  });

  bind(api, MODELS.purge, ({ params }) => {
    bin.purge(params.id);
    changes.tell('models');
    return { done: true };
  });
}

interface Removable extends Model {
  place: string;
  removes: 'files' | 'entry';
}

function removable(models: readonly Model[], name: string): Removable {
  const model = models.find((one) => one.name === name);
  if (!model) {
    throw new MissingError({
      en: `model ${name.slice(0, 200)}: is not here; look at the list of models`,
      zh: `模型 ${name.slice(0, 200)}：不在本机；请看模型列表`,
    });
  }
  const { place, removes } = model;
  if (place !== undefined && removes !== undefined) return { ...model, place, removes };
  throw new ModelError({
    en: `${model.title}: lies in a folder that the studio only reads; remove it there, or leave out --models`,
    zh: `${model.title}：所在文件夹对 studio 只读；请到那里删除，或启动时去掉 --models`,
  });
}

/** By what the job was told to be about. */
function uses(about: Readonly<Record<string, string>> | undefined, title: string, name: string): boolean {
  return about?.['model'] === name || about?.['base'] === name || title === name;
}

/** With its hub, so that it means the same whatever the environment says. @throws HubError */
function hubName(text: string): string {
  const name = parseHubName(text.trim());
  if (!name || text.trim().startsWith('-')) {
    throw new HubError({
      en: `hub: ${text.slice(0, 200)} is no name on a hub; write org/name`,
      zh: `hub：${text.slice(0, 200)} 不是模型站上的名称；请写成 org/name`,
    });
  }
  const { hub, id, quantization, revision } = name;
  return `${hub}:${id}${quantization ? `:${quantization}` : ''}${revision ? `@${revision}` : ''}`;
}
