/** Experiments: files in the workspace, the jobs that carry them out, their records, and the words of their reports. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { type ReportWords, ReportWordsSchema, resolveExperiment } from '../../config/index.ts';
import { DataError, writeFileAtomic, writeJsonAtomic } from '../../core/index.ts';
import { askProgram } from '../ask-program.ts';
import { bind, MissingError } from '../bind-route.ts';
import { ARCHIVED, EXPERIMENT_FILE, experimentAt } from '../experiment-record.ts';
import { jobOnWire } from '../job-on-wire.ts';
import { placeAdapter, placeModel } from '../run-settings.ts';
import { sendFile } from '../send-file.ts';
import type { Studio } from '../studio.ts';
import { EXPERIMENTS } from '../wire/index.ts';

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;
const WORDS = 'report-words.json';
const REPORTS = ['report.html', 'report.md', 'report.xlsx', 'report.pdf'];
/** What candidates answered stands in a report: no script of it runs, whatever they said. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self'";

export function experimentRoutes(api: OpenAPIHono, studio: Studio): void {
  const { supervisor, workspace, changes } = studio;
  const root = join(workspace.root, 'experiments');
  const folderOf = (id: string) => {
    const folder = join(root, NAME.test(id) ? id : '.none');
    if (!NAME.test(id) || !existsSync(join(folder, EXPERIMENT_FILE))) {
      const shown = id.slice(0, 80);
      throw new MissingError({
        en: `experiment ${shown}: there is none of this name; look at the list`,
        zh: `实验 ${shown}：没有这个名称；请查看列表`,
      });
    }
    return folder;
  };
  const run = (id: string) =>
    supervisor.add({
      kind: 'experiment',
      title: id,
      lane: 'device',
      words: ['experiment', join(folderOf(id), EXPERIMENT_FILE), `output_dir=${folderOf(id)}`],
      about: { experiment: id },
    });

  bind(api, EXPERIMENTS.list, () => {
    const jobs = supervisor.list().filter(({ kind }) => kind === 'experiment');
    const ids = existsSync(root)
      ? readdirSync(root).filter((id) => NAME.test(id) && existsSync(join(root, id, EXPERIMENT_FILE)))
      : [];
    const experiments = ids.map((id) => {
      const job = jobs.find(({ about }) => about?.['experiment'] === id);
      return { ...experimentAt(join(root, id), id), ...(job && { job: jobOnWire(job) }) };
    });
    return { experiments: experiments.sort((a, b) => (a.updated < b.updated ? 1 : -1)) };
  });

  bind(api, EXPERIMENTS.start, ({ body }) => {
    const experiment = resolveExperiment(body.file, EXPERIMENT_FILE, {});
    for (const { run: settings } of [...experiment.variants, ...experiment.candidates]) {
      placeModel(settings.model_name_or_path, workspace);
      for (const adapter of settings.adapter_name_or_path) placeAdapter(adapter, workspace);
      workspace.inside(settings.dataset_dir, 'dataset_dir');
    }
    for (const candidate of experiment.candidates) {
      if (candidate.kind === 'predictions') workspace.inside(candidate.file, 'predictions');
    }
    const { name } = experiment;
    const folder = join(root, name);
    if (existsSync(join(folder, EXPERIMENT_FILE))) {
      throw new DataError({
        en: `experiment ${name}: there is one of this name; choose another`,
        zh: `实验 ${name}：已有同名实验；请换一个名称`,
      });
    }
    mkdirSync(folder, { recursive: true });
    if (body.language) writeJsonAtomic(join(folder, WORDS), { language: body.language });
    writeFileAtomic(join(folder, EXPERIMENT_FILE), body.file);
    return { id: name, job: jobOnWire(run(name)) };
  });

  bind(api, EXPERIMENTS.resume, ({ params }) => jobOnWire(run(params.id)));

  bind(api, EXPERIMENTS.archive, ({ params, body }) => {
    const mark = join(folderOf(params.id), ARCHIVED);
    if (body.isArchived) writeFileAtomic(mark, '');
    else rmSync(mark, { force: true });
    changes.tell('jobs');
    return { done: true };
  });

  bind(api, EXPERIMENTS.words, ({ params }) => wordsIn(folderOf(params.id)));

  bind(api, EXPERIMENTS.edit, async ({ params, body, signal }) => {
    const folder = folderOf(params.id);
    if (!existsSync(join(folder, REPORTS[0]!))) throw notWritten();
    writeJsonAtomic(join(folder, WORDS), body);
    await askProgram(['report', folder], { program: studio.options.program, signal });
    changes.tell('jobs');
    return { done: true };
  });

  bind(api, EXPERIMENTS.print, async ({ params, signal }) => {
    const folder = folderOf(params.id);
    if (!existsSync(join(folder, REPORTS[0]!))) throw notWritten();
    const pdf = join(folder, 'report.pdf');
    await askProgram(['report', folder, '--pdf', pdf], { program: studio.options.program, signal });
    return { done: true };
  });

  api.get('/api/experiments/:id/files/:name', (context) => {
    const name = context.req.param('name');
    const id = context.req.param('id');
    const path = join(folderOf(id), name);
    if (!REPORTS.includes(name) || !existsSync(path)) throw notWritten();
    const isShown = name === 'report.html' && context.req.query('download') === undefined;
    if (!isShown) return sendFile(context, path, `${id}-${name}`);
    return context.body(new Uint8Array(readFileSync(path)), 200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
    });
  });
}

/** A broken file is one that says nothing: the form writes it anew. */
function wordsIn(folder: string): ReportWords {
  const path = join(folder, WORDS);
  if (!existsSync(path)) return {};
  try {
    return ReportWordsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}

function notWritten(): MissingError {
  return new MissingError({
    en: 'report: it is not written yet; wait until the experiment is finished',
    zh: '报告：尚未生成；请等实验完成',
  });
}
