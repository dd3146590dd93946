/** Serving: starting the server's process, its keys and figures, and chats passed through to it as they stream. */
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { resolveRunConfig, toRunFile } from '../../config/index.ts';
import { ConfigError, RunError, TunesmithError, writeFileAtomic } from '../../core/index.ts';
import type { JobView } from '../../jobs/index.ts';
import { ApiKeys, makeOwnKey, ownKeyHeader } from '../api-keys.ts';
import { bind } from '../bind-route.ts';
import { jobOnWire } from '../job-on-wire.ts';
import { placeSettings } from '../run-settings.ts';
import { FigureReader } from '../server-figures.ts';
import type { Studio } from '../studio.ts';
import { ChatRequest, SERVERS, type Server } from '../wire/index.ts';

const ANSWER_TIMEOUT_MS = 600_000;
const LOOPBACK = '127.0.0.1';
const EVERYWHERE = '0.0.0.0';

export function serverRoutes(api: OpenAPIHono, studio: Studio): void {
  const { supervisor, workspace, changes, options } = studio;
  const keys = new ApiKeys(workspace.state('api-keys'), options.program);
  const figures = new FigureReader();
  const isServer = ({ kind }: JobView) => kind === 'serve';

  bind(api, SERVERS.list, () => ({ servers: supervisor.list().filter(isServer).map(serverOf) }));

  bind(api, SERVERS.start, ({ body }) => {
    const adapters = body.adapters;
    const names = [...adapters.map((path) => nameOf(path)), 'base'];
    if (new Set(names).size < names.length) {
      throw new ConfigError({
        en: 'serve: two adapters have the same name; choose one of them',
        zh: 'serve：有两个适配器同名；请只选其一',
      });
    }
    const needsKey = body.needsKey || body.isOpen;
    if (needsKey && keys.names().length === 0) {
      throw new ConfigError({
        en: 'serve: there is no API key yet; make one on the page Serve',
        zh: 'serve：还没有 API 密钥；请在服务页上生成一个',
      });
    }
    const config = resolveRunConfig(
      placeSettings(
        {
          bf16: true,
          access_log: false,
          ...body.settings,
          model_name_or_path: body.model,
          adapter_name_or_path: adapters,
          served_model_name: names,
          host: body.isOpen ? EVERYWHERE : LOOPBACK,
          port: body.port,
          ...(needsKey && { api_key_file: keys.file }),
        },
        workspace,
      ),
    );
    const { id, folder } = supervisor.newFolder();
    const runFile = join(folder, 'api.yaml');
    writeFileAtomic(runFile, toRunFile(config));
    const about = {
      base: body.model,
      adapters: adapters.join('\n'),
      ...(needsKey && { needsKey: 'yes' }),
      ...(body.isOpen && { isOpen: 'yes' }),
    };
    const title = adapters.length > 0 ? names.slice(0, -1).join(', ') : basename(body.model);
    const secrets = needsKey ? { TUNESMITH_API_KEY: makeOwnKey(folder) } : {};
    const order = { kind: 'serve', title, lane: 'none', words: ['api', runFile], about } as const;
    return serverOf(supervisor.add(order, id, secrets));
  });

  bind(api, SERVERS.keys, () => ({ keys: keys.names() }));
  bind(api, SERVERS.addKey, async ({ body, signal }) => {
    const key = await keys.add(body.name, signal);
    changes.tell('keys');
    return { key };
  });
  bind(api, SERVERS.removeKey, ({ params }) => {
    keys.remove(params.name);
    changes.tell('keys');
    return { done: true };
  });

  bind(api, SERVERS.figures, async ({ params, signal }) => {
    const headers = ownKeyHeader(supervisor.folderOf(params.id));
    const response = await fetch(`${nearUrlOf(supervisor.get(params.id))}/metrics`, { signal, headers });
    return figures.read(params.id, await response.text());
  });

  api.post('/api/servers/:id/chat', async (context) => {
    const id = context.req.param('id');
    const url = nearUrlOf(supervisor.get(id));
    const asked = ChatRequest.safeParse(await context.req.json());
    if (!asked.success) throw new TunesmithError('request', asked.error.message);
    const { enable_thinking, ...request } = asked.data;
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...ownKeyHeader(supervisor.folderOf(id)) },
      body: JSON.stringify({
        ...request,
        stream: true,
        stream_options: { include_usage: true },
        ...(enable_thinking !== undefined && { chat_template_kwargs: { enable_thinking } }),
      }),
      // A page that goes away ends the answer.
      signal: AbortSignal.any([context.req.raw.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    if (!response.ok) {
      const told = (await response.json()) as { error?: { message?: string } };
      throw new TunesmithError(
        'model',
        told.error?.message ?? {
          en: `server: it answered ${response.status}; see its log`,
          zh: `服务：回答了 ${response.status}；请看它的日志`,
        },
      );
    }
    return new Response(response.body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
    });
  });
}

function serverOf(job: JobView): Server {
  const { about = {} } = job;
  const adapters = (about['adapters'] ?? '').split('\n').filter((path) => path !== '');
  const isReady = job.state === 'running' && job.url !== undefined;
  return {
    job: jobOnWire(job),
    base: about['base'] ?? '',
    models: [
      ...adapters.map((adapter) => ({ name: nameOf(adapter), adapter })),
      { name: 'base', adapter: '' },
    ],
    isReady,
    needsKey: about['needsKey'] !== undefined,
    isOpen: about['isOpen'] !== undefined,
    ...(isReady && { url: job.url!.replace(EVERYWHERE, hostname()) }),
  };
}

/** Requests name an adapter by its folder. */
function nameOf(path: string): string {
  return basename(path);
}

/** As this machine reaches it; of a job of ours only: no address comes from a request. */
function nearUrlOf({ id, kind, url, state }: JobView): string {
  if (kind === 'serve' && state === 'running' && url !== undefined) return url.replace(EVERYWHERE, LOOPBACK);
  throw new RunError({
    en: `server ${id}: it is not running; start it on the page Serve`,
    zh: `服务 ${id}：没有运行；请在服务页上启动`,
  });
}
