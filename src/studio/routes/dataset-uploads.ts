/** Uploads: a file comes in, its columns are mapped, and it becomes a data set. */
import { basename } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { bind } from '../bind-route.ts';
import type { Studio } from '../studio.ts';
import { Uploads } from '../uploads.ts';
import { DATASETS } from '../wire/index.ts';

export function uploadRoutes(api: OpenAPIHono, { workspace, desk, changes }: Studio): void {
  const uploads = new Uploads(workspace.state('uploads'));

  bind(api, DATASETS.upload, ({ query, raw }) => uploads.take(query.name, raw));
  bind(api, DATASETS.table, async ({ params, query: { hasHeader, ...told } }) => {
    const path = uploads.pathOf(params.id);
    const options = { ...told, ...(hasHeader !== undefined && { hasHeader: hasHeader === 'true' }) };
    return { name: basename(path), ...(await desk.ask('table', { path, ...options })) };
  });
  bind(api, DATASETS.plan, ({ params, body }) =>
    desk.ask('plan', { path: uploads.pathOf(params.id), datasetDir: workspace.data, ...body }),
  );
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
}
