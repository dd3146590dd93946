/** The doctor: examinations of data sets, repaired copies, and what differs in them. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { partsBeside } from '../../data/index.ts';
import { bind } from '../bind-route.ts';
import { CheckUps } from '../check-ups.ts';
import { DatasetList } from '../dataset-list.ts';
import { placeReading } from '../dataset-reading.ts';
import type { Studio } from '../studio.ts';
import { type CheckRequest, DOCTOR } from '../wire/index.ts';

export function doctorRoutes(api: OpenAPIHono, { workspace, workbench, changes }: Studio): void {
  const datasets = new DatasetList(workspace);
  const checkUps = new CheckUps();
  const placed = (name: string, { against, model, ...reading }: CheckRequest) => ({
    place: datasets.place(name),
    heldOut: (against ?? partsBeside(name, workspace.data)).map((other) => datasets.place(other)),
    ...(model !== undefined && { reading: placeReading({ model, ...reading }, workspace) }),
  });

  bind(api, DOCTOR.check, ({ params, body }) => {
    const request = placed(params.name, body);
    return checkUps.look(
      JSON.stringify(request),
      (watch) => workbench.ask('examine', request, watch),
      () => changes.tell('datasets'),
    );
  });
  bind(api, DOCTOR.cancel, ({ params, body }) => {
    checkUps.cancel(JSON.stringify(placed(params.name, body)));
    return { done: true };
  });
  bind(api, DOCTOR.fix, async ({ params, body: { as, ...body } }) => {
    datasets.checkFree(as);
    const fixed = await workbench.ask('fix', { ...placed(params.name, body), as });
    changes.tell('datasets');
    return fixed;
  });
  bind(api, DOCTOR.changes, ({ params: { name }, query }) => {
    datasets.place(name);
    return workbench.ask('changes', { path: datasets.companion(name, '_changes.jsonl'), ...query });
  });
}
