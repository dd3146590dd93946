/** Jobs: the list, one of them, its stream, stopping and forgetting. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { bind } from '../bind-route.ts';
import { jobOnWire } from '../job-on-wire.ts';
import { streamChanges, streamFolder } from '../stream-events.ts';
import type { Studio } from '../studio.ts';
import { JOBS } from '../wire/index.ts';

export function jobRoutes(api: OpenAPIHono, { supervisor, changes }: Studio): void {
  bind(api, JOBS.list, () => ({ jobs: supervisor.list().map(jobOnWire) }));
  bind(api, JOBS.get, ({ params }) => jobOnWire(supervisor.get(params.id)));
  bind(api, JOBS.stop, ({ params, body }) => {
    supervisor.stop(params.id, body.atOnce);
    return { done: true };
  });
  bind(api, JOBS.remove, ({ params }) => {
    supervisor.remove(params.id);
    return { done: true };
  });
  bind(api, JOBS.restore, ({ params }) => jobOnWire(supervisor.restore(params.id)));
  api.get('/api/jobs/:id/events', (context) => {
    const { id } = supervisor.get(context.req.param('id'));
    return streamFolder(context, supervisor.folderOf(id));
  });
  api.get('/api/changes', (context) => streamChanges(context, changes));
}
