/** Experiments: files in the workspace, the jobs that carry them out, their records and reports. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { resolveExperiment } from '../../config/index.ts';
import { DataError, writeFileAtomic } from '../../core/index.ts';
import type { ExperimentRecord } from '../../experiment/index.ts';
import { bind, MissingError } from '../bind-route.ts';
import { jobOnWire } from '../job-on-wire.ts';
import { placeAdapter, placeModel } from '../run-settings.ts';
import type { Studio } from '../studio.ts';
import { EXPERIMENTS, type Experiment } from '../wire/index.ts';

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;
const FILE = 'experiment.yaml';
const ARCHIVED = '.archived';
const REPORTS: Readonly<Record<string, string>> = {
  'report.html': 'text/html; charset=utf-8',
  'report.md': 'text/markdown; charset=utf-8',
  'report.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export function experimentRoutes(api: OpenAPIHono, studio: Studio): void {
  const { supervisor, workspace, changes } = studio;
  const root = join(workspace.root, 'experiments');
  const folderOf = (id: string) => {
    const folder = join(root, NAME.test(id) ? id : '.none');
    if (!NAME.test(id) || !existsSync(join(folder, FILE))) {
      throw new MissingError(`experiment ${id.slice(0, 80)}: there is none of this name; look at the list`);
    }
    return folder;
  };
  const run = (id: string) =>
    supervisor.add({
      kind: 'experiment',
      title: id,
      lane: 'device',
      words: ['experiment', join(folderOf(id), FILE), `output_dir=${folderOf(id)}`],
      about: { experiment: id },
    });

  bind(api, EXPERIMENTS.list, () => {
    const jobs = supervisor.list().filter(({ kind }) => kind === 'experiment');
    const ids = existsSync(root)
      ? readdirSync(root).filter((id) => NAME.test(id) && existsSync(join(root, id, FILE)))
      : [];
    const experiments = ids.map((id) => {
      const job = jobs.find(({ about }) => about?.['experiment'] === id);
      return { ...experimentAt(join(root, id), id), ...(job && { job: jobOnWire(job) }) };
    });
    return { experiments: experiments.sort((a, b) => (a.updated < b.updated ? 1 : -1)) };
  });

  bind(api, EXPERIMENTS.start, ({ body }) => {
    const experiment = resolveExperiment(body.file, FILE, {});
    for (const { run: settings } of [...experiment.variants, ...experiment.candidates]) {
      placeModel(settings.model_name_or_path, workspace);
      for (const adapter of settings.adapter_name_or_path) placeAdapter(adapter, workspace);
      workspace.inside(settings.dataset_dir, 'dataset_dir');
    }
    const { name } = experiment;
    const folder = join(root, name);
    if (existsSync(join(folder, FILE))) {
      throw new DataError(`experiment ${name}: there is one of this name; choose another`);
    }
    mkdirSync(folder, { recursive: true });
    writeFileAtomic(join(folder, FILE), body.file);
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

  api.get('/api/experiments/:id/files/:name', (context) => {
    const name = context.req.param('name');
    const path = join(folderOf(context.req.param('id')), name);
    const type = Object.hasOwn(REPORTS, name) ? REPORTS[name] : undefined;
    if (type === undefined || !existsSync(path)) throw new MissingError('report: it is not written yet');
    return context.body(new Uint8Array(readFileSync(path)), 200, {
      'content-type': type,
      // What candidates answered stands in it: no script of it runs, whatever they said.
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self'",
      ...(name !== 'report.html' && { 'content-disposition': `attachment; filename="${name}"` }),
    });
  });
}

function experimentAt(folder: string, id: string): Experiment {
  const file = readFileSync(join(folder, FILE), 'utf8');
  const path = join(folder, 'experiment.json');
  const shared = {
    id,
    name: id,
    folder: `experiments/${id}`,
    file,
    hasReport: existsSync(join(folder, 'report.html')),
    isArchived: existsSync(join(folder, ARCHIVED)),
  };
  if (!existsSync(path)) {
    const updated = statSync(join(folder, FILE)).mtime.toISOString();
    return { ...shared, dataset: '', models: [], state: 'new', updated, stages: [], checks: [] };
  }
  const record = JSON.parse(readFileSync(path, 'utf8')) as ExperimentRecord;
  const { experiment, verdict } = record;
  return {
    ...shared,
    ...(experiment.question !== undefined && { question: experiment.question }),
    dataset: experiment.testDataset.join(', '),
    models: experiment.candidates.map(({ name }) => name),
    state: record.state,
    ...(record.message !== undefined && { message: record.message }),
    updated: record.updated,
    stages: record.stages.map(({ id: stage, kind, subject, state, seconds }) => ({
      id: stage,
      kind,
      subject,
      state,
      ...(seconds !== undefined && { seconds }),
    })),
    ...(verdict && { decision: verdict.decision }),
    checks: (verdict?.checks ?? []) as Experiment['checks'],
  };
}
