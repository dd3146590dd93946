/** Splitting a data set, and writing it for other programs. */
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { bind } from '../bind-route.ts';
import { DatasetList } from '../dataset-list.ts';
import { KeptFiles } from '../kept-files.ts';
import { sendFile } from '../send-file.ts';
import type { Studio } from '../studio.ts';
import { EXPORTS, exportFile, SPLITS } from '../wire/index.ts';

const PARTS = ['train', 'val', 'test'] as const;

export function datasetPartRoutes(api: OpenAPIHono, { workspace, workbench, changes }: Studio): void {
  const datasets = new DatasetList(workspace);
  const exports = new KeptFiles(workspace.state('exports'), {
    en: 'export: the file is not here any more; export the data set again',
    zh: '导出：文件已不在；请重新导出数据集',
  });

  bind(api, SPLITS.columns, ({ params }) => workbench.ask('columns', datasets.place(params.name)));
  bind(api, SPLITS.record, ({ params: { name } }) => {
    datasets.place(name);
    return workbench.ask('splitRecord', { path: datasets.companion(name, '_split.json') });
  });
  bind(api, SPLITS.split, async ({ params: { name }, body }) => {
    const place = datasets.place(name);
    const parts = PARTS.filter((part) => part === 'train' || body[part] > 0).map((part) => `${name}_${part}`);
    const known = datasets.list().map((dataset) => dataset.name);
    const earlier = body.replace ? parts.filter((part) => known.includes(part)) : [];
    const binned = earlier.map((part) => datasets.remove(part));
    try {
      for (const part of parts) datasets.checkFree(part);
      return await workbench.ask('split', { place, request: body });
    } catch (error) {
      for (const id of binned) datasets.restore(id);
      throw error;
    } finally {
      changes.tell('datasets');
    }
  });

  bind(api, EXPORTS.prepare, async ({ params: { name }, body }) => {
    const place = datasets.place(name);
    const { id, folder } = exports.newFolder();
    const file = basename(exportFile(name, body));
    const path = join(folder, file);
    try {
      const written = await workbench.ask('export', { place, path, format: body.format, model: body.model });
      return { id, file, sizeBytes: statSync(path).size, ...written };
    } catch (error) {
      exports.discard(id);
      throw error;
    }
  });
  api.get('/api/exports/:id', (context) => {
    const path = exports.pathOf(context.req.param('id'));
    return sendFile(context, path, basename(path));
  });
}
