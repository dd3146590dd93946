/** GET /metrics: figures for Prometheus, of all processes behind the port. */
import type { App } from '../http/app-env.ts';

/** @param read the figures as text */
export function addMetrics(app: App, contentType: string, read: () => Promise<string>): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/metrics',
    summary: 'Figures for Prometheus.',
    security: [{ apiKey: [] }],
    responses: {
      200: { description: 'All figures.', content: { 'text/plain': { schema: { type: 'string' } } } },
      401: { description: 'No API key that is known.' },
    },
  });
  app.get('/metrics', async () => new Response(await read(), { headers: { 'Content-Type': contentType } }));
}
