/** Enriching data sets by teachers: the command that asks them, and the figures that it leaves. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ConfigError, RunError, writeFileAtomic, writeJsonAtomic } from '../../core/index.ts';
import type { JobView } from '../../jobs/index.ts';
import { bind } from '../bind-route.ts';
import { DatasetList } from '../dataset-list.ts';
import { modelHere } from '../dataset-reading.ts';
import { jobOnWire } from '../job-on-wire.ts';
import type { Studio } from '../studio.ts';
import { ENRICHMENTS, type Enrichment, type EnrichSettings, enrichWords } from '../wire/index.ts';
import type { Workspace } from '../workspace.ts';

const FIGURES = 'enrich.json';
const SETTINGS = 'settings.json';
const PROMPT = 'prompt.txt';
/** Where the command takes the key of an endpoint from. */
const KEY = 'TUNESMITH_API_KEY';
/** Parts of an address that are secrets by their names. */
const SECRET = /key|token|secret|password|sig/i;

export function enrichmentRoutes(api: OpenAPIHono, { supervisor, workspace }: Studio): void {
  const datasets = new DatasetList(workspace);
  const isOpen = ({ state }: JobView) => state === 'queued' || state === 'running';
  const enrichJobs = () => supervisor.list().filter(({ kind }) => kind === 'enrich');

  const start = (settings: EnrichSettings, apiKey: string | undefined) => {
    const { dataset, as, task, prompt } = settings;
    const { datasetDir } = datasets.place(dataset);
    datasets.checkFree(as);
    if (enrichJobs().some((job) => isOpen(job) && job.about?.['as'] === as)) {
      throw new RunError({
        en: `data set ${as}: a teacher is at work on it already; wait, or choose another name`,
        zh: `数据集 ${as}：已有教师模型在处理；请等待，或换一个名称`,
      });
    }
    const teacher = placeTeacher(settings.teacher, workspace);
    const { id, folder } = supervisor.newFolder();
    const promptFile = join(folder, PROMPT);
    if (prompt !== undefined) writeFileAtomic(promptFile, prompt);
    writeJsonAtomic(join(folder, SETTINGS), settings);
    const words = [
      ...enrichWords({ ...settings, teacher }, { datasetDir, promptFile }),
      ...['--json', join(folder, FIGURES)],
    ];
    const order = {
      ...({ kind: 'enrich', title: as, words, about: { dataset, as, task } } as const),
      lane: teacher.kind === 'local' ? ('device' as const) : ('network' as const),
    };
    return jobOnWire(supervisor.add(order, id, apiKey ? { [KEY]: apiKey } : {}));
  };
  const settingsOf = (id: string) =>
    JSON.parse(readFileSync(join(supervisor.folderOf(id), SETTINGS), 'utf8')) as EnrichSettings;

  bind(api, ENRICHMENTS.list, ({ query }) => ({
    enrichments: enrichJobs()
      .filter(({ about }) => query.dataset === undefined || about?.['dataset'] === query.dataset)
      .map((job): Enrichment => {
        const figures = join(supervisor.folderOf(job.id), FIGURES);
        return {
          job: jobOnWire(job),
          settings: settingsOf(job.id),
          ...(existsSync(figures) && {
            figures: JSON.parse(readFileSync(figures, 'utf8')) as NonNullable<Enrichment['figures']>,
          }),
        };
      }),
  }));
  bind(api, ENRICHMENTS.start, ({ body: { apiKey, ...settings } }) => start(settings, apiKey));
  bind(api, ENRICHMENTS.resume, ({ params: { id }, body }) => {
    const job = supervisor.get(id);
    if (job.kind !== 'enrich' || isOpen(job) || job.state === 'finished') {
      throw new RunError({
        en: `job ${id}: it is ${job.state}; only one that ended early can go on`,
        zh: `作业 ${id}：状态为 ${job.state}；只有提前结束的作业才能继续`,
      });
    }
    const resumed = start(settingsOf(id), body.apiKey);
    supervisor.remove(id);
    return resumed;
  });
}

/** @throws ConfigError when the address holds a secret, which would be written down with the job */
function placeTeacher(teacher: EnrichSettings['teacher'], workspace: Workspace): EnrichSettings['teacher'] {
  if (teacher.kind === 'local') return { ...teacher, model: modelHere(teacher.model, workspace) };
  const url = URL.canParse(teacher.url) ? new URL(teacher.url) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError({
      en: 'teacher: its URL cannot be read; write http://… or https://…',
      zh: '教师模型：地址无法解析；请写成 http://… 或 https://…',
    });
  }
  if (url.username || url.password || [...url.searchParams.keys()].some((name) => SECRET.test(name))) {
    throw new ConfigError({
      en: 'teacher: its URL holds a secret; put the key into its own field',
      zh: '教师模型：地址中含有密钥；请把密钥填在单独的输入框中',
    });
  }
  return teacher;
}
