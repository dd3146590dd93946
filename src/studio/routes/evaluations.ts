/** Evaluations: starting one, what it found, its rows and corrections, read from the files that the command left. */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { DataError } from '../../core/index.ts';
import { listCheckpoints } from '../../runs/index.ts';
import { askProgram } from '../ask-program.ts';
import { bind, MissingError } from '../bind-route.ts';
import { CORRECTIONS, keepCorrection, readCorrections } from '../corrections.ts';
import { jobOnWire } from '../job-on-wire.ts';
import { listAdapters } from '../models-here.ts';
import { orderEvaluation } from '../order-evaluation.ts';
import { sendFile } from '../send-file.ts';
import type { Studio } from '../studio.ts';
import { Uploads } from '../uploads.ts';
import { EVALUATIONS, type EvaluationDetail } from '../wire/index.ts';

const FIGURES = 'evaluation.json';
const ROWS = 'rows.jsonl';
const CORRECTED = 'corrected.json';

type Found = Pick<EvaluationDetail, 'dataset' | 'labels' | 'rows' | 'models' | 'comparison'>;

export function evaluationRoutes(api: OpenAPIHono, studio: Studio): void {
  const { supervisor, workspace, changes, desk } = studio;
  const uploads = new Uploads(workspace.state('uploads'));

  bind(api, EVALUATIONS.list, () => ({
    evaluations: supervisor
      .list()
      .filter(({ kind }) => kind === 'evaluate')
      .map(jobOnWire),
  }));

  bind(api, EVALUATIONS.adapters, () => ({
    adapters: listAdapters(workspace).flatMap(({ path, base, template }) => {
      const shared = { base, ...(template !== undefined && { template }) };
      const checkpoints = listCheckpoints(resolve(workspace.root, path)).reverse();
      return [
        { path, ...shared },
        ...checkpoints.map((one) => ({ path: workspace.shown(one.path), step: one.step, ...shared })),
      ];
    }),
  }));

  bind(api, EVALUATIONS.start, ({ body }) => {
    const { id, folder } = supervisor.newFolder();
    try {
      const { words, about, secrets } = orderEvaluation(body, { workspace, uploads, folder });
      const kept = ['--json', join(folder, FIGURES), '--rows', join(folder, ROWS)];
      const order = { kind: 'evaluate', title: body.dataset, lane: 'device', about } as const;
      return jobOnWire(supervisor.add({ ...order, words: [...words, ...kept] }, id, secrets));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  });

  /** Names of adapters are paths; they are shown as the lists show them. */
  const figuresIn = (path: string): Found => {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Found;
    const { dataset, labels, rows, models, comparison } = found;
    const shown = (name: string) => workspace.shown(name);
    return {
      dataset,
      labels,
      rows,
      models: models.map(({ model, judgedBy, report, rowsPerSecond }) => ({
        model: shown(model),
        judgedBy,
        report,
        ...(rowsPerSecond !== undefined && { rowsPerSecond }),
      })),
      ...(comparison && {
        comparison: {
          ...comparison,
          models: comparison.models.map((one) => ({ ...one, name: shown(one.name) })),
          pairs: comparison.pairs.map((pair) => ({
            ...pair,
            model: shown(pair.model),
            against: shown(pair.against),
          })),
        },
      }),
    };
  };

  const fileOf = (id: string, name: string) => {
    const path = join(supervisor.folderOf(id), name);
    if (existsSync(path)) return path;
    throw new MissingError({
      en: `evaluation ${id}: it has no figures yet; wait until it is done`,
      zh: `评估 ${id}：还没有结果；请等它完成`,
    });
  };

  bind(api, EVALUATIONS.get, ({ params }) => {
    const job = supervisor.get(params.id);
    const folder = supervisor.folderOf(params.id);
    const path = join(folder, FIGURES);
    const found = existsSync(path)
      ? figuresIn(path)
      : { dataset: job.about?.['dataset'] ?? '', labels: [], rows: 0, models: [] };
    return { id: job.id, job: jobOnWire(job), ...found, corrections: readCorrections(folder) };
  });

  bind(api, EVALUATIONS.rows, async ({ params, query: { model, ...wanted } }) => {
    const { total, rows } = await desk.ask('judgedRows', {
      path: fileOf(params.id, ROWS),
      names: [model, resolve(workspace.root, model)],
      corrections: readCorrections(supervisor.folderOf(params.id)),
      ...wanted,
    });
    return { total, rows: rows.map((row) => ({ ...row, model })) };
  });

  bind(api, EVALUATIONS.correct, async ({ params, body }) => {
    const folder = supervisor.folderOf(params.id);
    const { labels } = figuresIn(fileOf(params.id, FIGURES));
    const { file, row, corrected, isTakenBack } = body;
    const label = await desk.ask('judgedLabel', { path: fileOf(params.id, ROWS), file, row });
    if (label === undefined) {
      throw new MissingError({
        en: `row ${row}: is not in this evaluation; choose a row of the list`,
        zh: `第 ${row} 行：不在这次评估中；请从列表中选择`,
      });
    }
    if (corrected !== null && !isTakenBack && (!labels.includes(corrected) || corrected === label)) {
      throw new DataError({
        en: `row ${row}: ${JSON.stringify(corrected.slice(0, 100))} is no other label; choose one of ${labels.join(', ')}`,
        zh: `第 ${row} 行：${JSON.stringify(corrected.slice(0, 100))} 不是另一个标签；请从 ${labels.join('、')} 中选择`,
      });
    }
    keepCorrection(folder, { file, row, label, corrected }, isTakenBack);
    changes.tell('jobs');
    return { done: true };
  });

  const rejudge = (id: string, words: readonly string[], signal: AbortSignal, language?: 'en' | 'zh') => {
    const folder = supervisor.folderOf(id);
    const hasCorrections = existsSync(join(folder, CORRECTIONS));
    const all = [
      'rejudge',
      fileOf(id, FIGURES),
      fileOf(id, ROWS),
      ...(hasCorrections ? ['--corrections', join(folder, CORRECTIONS)] : []),
      ...words,
    ];
    const { program } = studio.options;
    return askProgram(all, { program, signal, ...(language && { language }) });
  };

  bind(api, EVALUATIONS.corrected, async ({ params, signal }) => {
    const folder = supervisor.folderOf(params.id);
    const corrections = fileOf(params.id, CORRECTIONS);
    const path = join(folder, CORRECTED);
    if (!existsSync(path) || statSync(path).mtimeMs <= statSync(corrections).mtimeMs) {
      await rejudge(params.id, ['--json', path], signal);
    }
    const { models, comparison } = figuresIn(path);
    return { models, comparison: comparison! };
  });

  api.get('/api/evaluations/:id/files/:name', async (context) => {
    const id = context.req.param('id');
    const name = context.req.param('name');
    const flag = { 'evaluation.xlsx': '--xlsx', 'rows.csv': '--csv' }[name];
    const { title } = supervisor.get(id);
    if (flag !== undefined) {
      const language = context.req.query('language') === 'zh' ? 'zh' : 'en';
      const path = join(supervisor.folderOf(id), name);
      await rejudge(id, [flag, path], context.req.raw.signal, language);
    } else if (![FIGURES, ROWS, CORRECTIONS].includes(name)) {
      throw new MissingError({
        en: `evaluation: it has no file ${name.slice(0, 80)}; choose one of the page`,
        zh: `评估：没有文件 ${name.slice(0, 80)}；请在页面上选择`,
      });
    }
    return sendFile(context, fileOf(id, name), `${title}-${name}`);
  });
}
