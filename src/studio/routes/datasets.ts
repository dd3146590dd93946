/** Data sets and uploads: what the page asks of them goes to the process that reads rows. */
import { basename, join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { HubError } from '../../core/index.ts';
import { bind } from '../bind-route.ts';
import { DatasetList } from '../dataset-list.ts';
import { commandLine } from '../job-on-wire.ts';
import { isStarterHere } from '../models-here.ts';
import { placeModel } from '../run-settings.ts';
import type { Studio } from '../studio.ts';
import { Uploads } from '../uploads.ts';
import { DATASETS } from '../wire/index.ts';

export function datasetRoutes(api: OpenAPIHono, { workspace, desk, changes, options }: Studio): void {
  const datasets = new DatasetList(workspace);
  const uploads = new Uploads(workspace.state('uploads'));

  bind(api, DATASETS.list, () => ({ folder: workspace.shown(workspace.data), datasets: datasets.list() }));
  bind(api, DATASETS.example, ({ body }) => {
    const names = datasets.addExample(join(options.examples, body.example), body.example);
    changes.tell('datasets');
    return { names };
  });
  bind(api, DATASETS.overview, ({ params }) => desk.ask('overview', datasets.place(params.name)));
  bind(api, DATASETS.rows, ({ params, query }) =>
    desk.ask('rows', { place: datasets.place(params.name), ...query }),
  );
  bind(api, DATASETS.tokens, ({ params, query }) =>
    desk.ask('tokens', { place: datasets.place(params.name), row: params.row, reading: readingOf(query) }),
  );
  bind(api, DATASETS.lengths, ({ params, query }) =>
    desk.ask('lengths', { place: datasets.place(params.name), reading: readingOf(query) }),
  );
  bind(api, DATASETS.remove, ({ params }) => {
    const undo = datasets.remove(params.name);
    changes.tell('datasets');
    return { undo };
  });
  bind(api, DATASETS.restore, ({ params }) => {
    const name = datasets.restore(params.id);
    changes.tell('datasets');
    return { name };
  });

  bind(api, DATASETS.upload, ({ query, raw }) => uploads.take(query.name, raw));
  bind(api, DATASETS.table, async ({ params }) => {
    const path = uploads.pathOf(params.id);
    return { name: basename(path), ...(await desk.ask('table', { path })) };
  });
  bind(api, DATASETS.plan, async ({ params, body }) => {
    const path = uploads.pathOf(params.id);
    const plan = await desk.ask('plan', { path, datasetDir: workspace.data, ...body });
    const roles = Object.entries(body.roles).flatMap(([role, text]) => [`--${role}`, String(text)]);
    const command = commandLine(['data', 'add', basename(path), '--name', body.name, ...roles, '--yes']);
    return { ...plan, command };
  });
  bind(api, DATASETS.add, async ({ params, body }) => {
    const path = uploads.pathOf(params.id);
    const added = await desk.ask('add', { path, datasetDir: workspace.data, ...body });
    uploads.discard(params.id);
    changes.tell('datasets');
    return added;
  });
  bind(api, DATASETS.discard, ({ params }) => {
    uploads.discard(params.id);
    return { done: true };
  });

  const readingOf = (query: { model: string; template?: string | undefined; cutoff_len: number }) => {
    if (query.model.startsWith('starter:') && !isStarterHere(query.model)) {
      throw new HubError(`${query.model}: is not on this machine yet; fetch it on the page of models`);
    }
    return {
      model: placeModel(query.model, workspace),
      template: query.template || undefined,
      cutoffLen: query.cutoff_len,
    };
  };
}
