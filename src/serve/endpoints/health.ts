/** GET /health: the process lives. GET /ready: it takes requests, which ends when it is told to end. */
import { z } from '@hono/zod-openapi';
import type { App, AppContext } from '../http/app-env.ts';

const status = z.object({ status: z.string() }).openapi('Status');

export function addHealth(app: App, { gate }: AppContext): void {
  const told = (description: string) => ({
    description,
    content: { 'application/json': { schema: status } },
  });
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/health',
    summary: 'Whether the server lives.',
    responses: { 200: told('It lives.') },
  });
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/ready',
    summary: 'Whether the server takes requests.',
    responses: { 200: told('It does.'), 503: told('It is ending.') },
  });
  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.get('/ready', (context) =>
    gate.closed ? context.json({ status: 'draining' }, 503) : context.json({ status: 'ready' }),
  );
}
