/** Trainings: the list, one run with its curves and its stream, starting, stopping and going on. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { parseRunFile, type RunConfig, resolveRunConfig, toRunFile } from '../../config/index.ts';
import { RunError } from '../../core/index.ts';
import { resumeConfig } from '../../jobs/index.ts';
import { listRuns, readResults, signalRun } from '../../runs/index.ts';
import { bind } from '../bind-route.ts';
import { estimateRun } from '../estimate-run.ts';
import { commandLine, jobOnWire } from '../job-on-wire.ts';
import { findRun, memoryOf, runId, runOnWire } from '../run-list.ts';
import { placeSettings } from '../run-settings.ts';
import { sendFile } from '../send-file.ts';
import { streamFolder } from '../stream-events.ts';
import type { Studio } from '../studio.ts';
import { RUNS, type RunDetail } from '../wire/index.ts';

export function runRoutes(api: OpenAPIHono, studio: Studio): void {
  const { supervisor, workspace, changes } = studio;

  bind(api, RUNS.list, () => ({ runs: listRuns().map((run) => runOnWire(run, workspace)) }));

  bind(api, RUNS.start, ({ body }) =>
    start(studio, resolveRunConfig(placeSettings(body.settings, workspace))),
  );

  bind(api, RUNS.estimate, ({ body, signal }) =>
    estimateRun(resolveRunConfig(placeSettings(body.settings, workspace)), { studio, signal }),
  );

  bind(api, RUNS.get, ({ params }) => {
    const pending = pendingRun(studio, params.id);
    if (pending) return pending;
    const run = findRun(params.id);
    const { view, output_dir } = run;
    const memoryBytes = view.state === 'running' && view.process ? memoryOf(view.process.pid) : undefined;
    const job = supervisor.list().find(({ kind, outputDir }) => kind === 'train' && outputDir === output_dir);
    const runFile = view.runFile ?? '';
    return {
      ...runOnWire(run, workspace),
      runFile,
      command: commandLine(['train', join(workspace.shown(output_dir), 'run.yaml')]),
      isPending: false,
      results: { ...readResults(output_dir, 'all') },
      ...(memoryBytes !== undefined && { memoryBytes }),
      ...(job && { job: job.id }),
    };
  });

  bind(api, RUNS.stop, ({ params, body }) => {
    signalRun(findRun(params.id).output_dir, body.atOnce ? 'SIGKILL' : 'SIGINT');
    changes.tell('runs');
    return { done: true };
  });

  bind(api, RUNS.resume, ({ params, body }) => {
    const { output_dir, view } = findRun(params.id);
    if (view.state === 'running')
      throw new RunError({
        en: `resume ${output_dir}: it is running; stop it before`,
        zh: `续训 ${output_dir}：正在运行；请先停止它`,
      });
    return start(studio, resumeConfig(output_dir, body.settings));
  });

  api.get('/api/runs/:id/events.jsonl', (context) => {
    const path = join(findRun(context.req.param('id')).output_dir, 'events.jsonl');
    return existsSync(path) ? sendFile(context, path, basename(path)) : context.body('');
  });
  api.get('/api/runs/:id/events', (context) =>
    streamFolder(context, findRun(context.req.param('id')).output_dir),
  );
}

function start({ supervisor, workspace }: Studio, config: RunConfig) {
  const { id, folder } = supervisor.newFolder();
  const runFile = join(folder, 'train.yaml');
  mkdirSync(folder, { recursive: true });
  writeFileSync(runFile, toRunFile(config));
  // What will be read is what was written.
  resolveRunConfig(parseRunFile(toRunFile(config), runFile));
  const outputDir = config.output_dir!;
  const job = supervisor.add(
    {
      kind: 'train',
      title: workspace.shown(outputDir),
      lane: 'device',
      words: ['train', runFile],
      outputDir,
      about: { model: config.model_name_or_path, dataset: config.dataset.join(',') },
    },
    id,
  );
  return { job: jobOnWire(job), run: runId(outputDir) };
}

/** A training that waits, or that ended before it began: its job tells, since it has no folder of its own yet. */
function pendingRun({ supervisor, workspace }: Studio, id: string): RunDetail | undefined {
  const job = supervisor
    .list()
    .find(({ kind, outputDir }) => kind === 'train' && outputDir !== undefined && runId(outputDir) === id);
  if (!job || listRuns().some(({ output_dir }) => runId(output_dir) === id)) return undefined;
  const runFile = job.words[1]!;
  return {
    id,
    folder: workspace.shown(job.outputDir!),
    model: job.about?.['model'] ?? '',
    dataset: job.about?.['dataset'] ?? '',
    started: job.created,
    state: job.state,
    hasAdapter: false,
    hasCheckpoint: false,
    runFile: readFileSync(runFile, 'utf8'),
    command: commandLine(['train', runFile]),
    isPending: true,
    results: {},
    job: job.id,
    ...(job.message !== undefined && { message: job.message, zh: job.zh }),
  };
}
