/** Models and adapters on this machine, and fetching a starter. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { HubError, machineMemoryBytes } from '../../core/index.ts';
import { bind } from '../bind-route.ts';
import { jobOnWire } from '../job-on-wire.ts';
import { listAdapters, listModels } from '../models-here.ts';
import type { Studio } from '../studio.ts';
import { MODELS } from '../wire/index.ts';

export function modelRoutes(api: OpenAPIHono, { workspace, supervisor }: Studio): void {
  bind(api, MODELS.list, () => ({
    models: listModels(workspace),
    adapters: listAdapters(workspace),
    memoryBytes: machineMemoryBytes(),
    folder: workspace.shown(workspace.modelFolders[0]!),
  }));
  bind(api, MODELS.fetch, ({ body }) => {
    const model = listModels(workspace).find(({ name, kind }) => kind === 'starter' && name === body.name);
    if (!model) throw new HubError(`${body.name.slice(0, 100)}: is no starter; choose one of the list`);
    if (model.mustAccept && !body.acceptLicense) {
      throw new HubError(`${model.title}: its licence, the ${model.license}, has to be accepted first`);
    }
    const words = ['fetch', body.name, ...(body.acceptLicense ? ['--accept-license'] : [])];
    return jobOnWire(
      supervisor.add({
        kind: 'download',
        title: model.title,
        lane: 'network',
        words,
        about: { model: body.name },
      }),
    );
  });
}
