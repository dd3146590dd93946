/** Data sets: what the page asks of their rows goes to the process that reads them. */
import { join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { bind } from '../bind-route.ts';
import { DatasetList } from '../dataset-list.ts';
import { placeReading } from '../dataset-reading.ts';
import type { Studio } from '../studio.ts';
import { DATASETS } from '../wire/index.ts';

export function datasetRoutes(api: OpenAPIHono, { workspace, desk, changes, options }: Studio): void {
  const datasets = new DatasetList(workspace);

  bind(api, DATASETS.list, () => ({
    folder: workspace.shown(workspace.data),
    datasetDir: workspace.data,
    datasets: datasets.list(),
  }));
  bind(api, DATASETS.example, ({ body }) => {
    const names = datasets.addExample(join(options.examples, body.example), body.example);
    changes.tell('datasets');
    return { names };
  });
  bind(api, DATASETS.overview, ({ params: { name } }) =>
    desk.ask('overview', {
      place: datasets.place(name),
      changes: datasets.companion(name, '_changes.jsonl'),
      split: datasets.companion(name, '_split.json'),
    }),
  );
  bind(api, DATASETS.rows, ({ params, query }) =>
    desk.ask('rows', { place: datasets.place(params.name), ...query }),
  );
  bind(api, DATASETS.tokens, ({ params: { name, row }, query }) =>
    desk.ask('tokens', {
      ...{ place: datasets.place(name), row, file: query.file },
      reading: placeReading(query, workspace),
    }),
  );
  bind(api, DATASETS.lengths, ({ params, query }) =>
    desk.ask('lengths', { place: datasets.place(params.name), reading: placeReading(query, workspace) }),
  );
  bind(api, DATASETS.remove, ({ params }) => {
    const undo = datasets.remove(params.name);
    changes.tell('datasets');
    return { undo };
  });
  bind(api, DATASETS.bin, () => ({ binned: datasets.bin() }));
  bind(api, DATASETS.restore, ({ params }) => {
    const name = datasets.restore(params.id);
    changes.tell('datasets');
    return { name };
  });
}
