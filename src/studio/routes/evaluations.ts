/** Evaluations: starting one, what it found, and its rows, read from the files that the command left. */
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { resolveRunConfig, toRunFile } from '../../config/index.ts';
import { writeFileAtomic } from '../../core/index.ts';
import { bind, MissingError } from '../bind-route.ts';
import { jobOnWire } from '../job-on-wire.ts';
import { placeAdapter, placeSettings } from '../run-settings.ts';
import type { Studio } from '../studio.ts';
import { EVALUATIONS, type EvaluationDetail, type JudgedRow } from '../wire/index.ts';

const FIGURES = 'evaluation.json';
const ROWS = 'rows.jsonl';

export function evaluationRoutes(api: OpenAPIHono, { supervisor, workspace }: Studio): void {
  bind(api, EVALUATIONS.list, () => ({
    evaluations: supervisor
      .list()
      .filter(({ kind }) => kind === 'evaluate')
      .map(jobOnWire),
  }));

  bind(api, EVALUATIONS.start, ({ body }) => {
    const adapters = body.adapters.map((path) => placeAdapter(path, workspace));
    const [first, ...others] = adapters;
    const settings = {
      ...body.settings,
      model_name_or_path: body.model,
      eval_dataset: [body.dataset],
      ...(first !== undefined && { adapter_name_or_path: [first] }),
    };
    const config = resolveRunConfig(placeSettings(settings, workspace));
    const { id, folder } = supervisor.newFolder();
    const runFile = join(folder, 'evaluate.yaml');
    writeFileAtomic(runFile, toRunFile(config));
    const words = [
      'evaluate',
      runFile,
      '--json',
      join(folder, FIGURES),
      '--rows',
      join(folder, ROWS),
      ...(body.freeAnswers ? [] : ['--no-free']),
      ...others.flatMap((adapter) => ['--adapter', adapter]),
    ];
    const about = { model: body.model, dataset: body.dataset, adapters: body.adapters.join(',') };
    return jobOnWire(
      supervisor.add({ kind: 'evaluate', title: body.dataset, lane: 'device', words, about }, id),
    );
  });

  bind(api, EVALUATIONS.get, ({ params }) => {
    const job = supervisor.get(params.id);
    const path = join(supervisor.folderOf(params.id), FIGURES);
    const found = existsSync(path)
      ? (JSON.parse(readFileSync(path, 'utf8')) as Omit<EvaluationDetail, 'id' | 'job'>)
      : { dataset: job.about?.['dataset'] ?? '', labels: [], rows: 0, models: [] };
    const { dataset, labels, rows, models, comparison } = found;
    return {
      id: job.id,
      job: jobOnWire(job),
      dataset,
      labels,
      rows,
      models: models.map(({ model, judgedBy, report, rowsPerSecond }) => ({
        model,
        judgedBy,
        report,
        ...(rowsPerSecond !== undefined && { rowsPerSecond }),
      })),
      ...(comparison && { comparison }),
    };
  });

  bind(api, EVALUATIONS.rows, async ({ params, query }) => {
    const path = join(supervisor.folderOf(params.id), ROWS);
    if (!existsSync(path))
      throw new MissingError(`evaluation ${params.id}: it has no rows yet; wait until it is done`);
    const { offset, limit, search, model, judgedBy, truth, prediction, onlyWrong } = query;
    const wanted = search.toLowerCase();
    const rows: JudgedRow[] = [];
    let total = 0;
    for await (const line of createInterface({ input: createReadStream(path) })) {
      const row = JSON.parse(line) as JudgedRow;
      if (row.model !== model || row.judgedBy !== judgedBy) continue;
      if (truth !== undefined && row.truth !== truth) continue;
      if (prediction !== undefined && (row.prediction ?? '') !== prediction) continue;
      if (onlyWrong === 'true' && row.prediction === row.truth) continue;
      if (wanted !== '' && !row.input.toLowerCase().includes(wanted)) continue;
      if (total >= offset && rows.length < limit) rows.push(row);
      total++;
    }
    return { total, rows };
  });
}
