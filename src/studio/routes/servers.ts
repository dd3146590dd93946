/** Serving: starting the server's process, its figures, and chats passed through to it as they stream. */
import { basename, join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { resolveRunConfig, toRunFile } from '../../config/index.ts';
import { ConfigError, RunError, TunesmithError, writeFileAtomic } from '../../core/index.ts';
import type { JobView } from '../../jobs/index.ts';
import { bind } from '../bind-route.ts';
import { jobOnWire } from '../job-on-wire.ts';
import { placeSettings } from '../run-settings.ts';
import { readFigures } from '../server-figures.ts';
import type { Studio } from '../studio.ts';
import { ChatRequest, SERVERS, type Server } from '../wire/index.ts';

const ANSWER_TIMEOUT_MS = 600_000;

export function serverRoutes(api: OpenAPIHono, studio: Studio): void {
  const { supervisor, workspace } = studio;
  const isServer = ({ kind }: JobView) => kind === 'serve';

  bind(api, SERVERS.list, () => ({ servers: supervisor.list().filter(isServer).map(serverOf) }));

  bind(api, SERVERS.start, ({ body }) => {
    const adapters = body.adapters;
    const names = [...adapters.map((path) => nameOf(path)), 'base'];
    if (new Set(names).size < names.length) {
      throw new ConfigError('serve: two adapters have the same name; choose one of them');
    }
    const config = resolveRunConfig(
      placeSettings(
        {
          bf16: true,
          access_log: false,
          ...body.settings,
          model_name_or_path: body.model,
          adapter_name_or_path: adapters,
          served_model_name: names,
          host: '127.0.0.1',
          port: body.port,
        },
        workspace,
      ),
    );
    const { id, folder } = supervisor.newFolder();
    const runFile = join(folder, 'api.yaml');
    writeFileAtomic(runFile, toRunFile(config));
    const about = { base: body.model, adapters: adapters.join('\n') };
    const title = adapters.length > 0 ? names.slice(0, -1).join(', ') : basename(body.model);
    return serverOf(
      supervisor.add({ kind: 'serve', title, lane: 'none', words: ['api', runFile], about }, id),
    );
  });

  bind(api, SERVERS.figures, async ({ params, signal }) => {
    const response = await fetch(`${urlOf(supervisor.get(params.id))}/metrics`, { signal });
    return readFigures(await response.text());
  });

  api.post('/api/servers/:id/chat', async (context) => {
    const url = urlOf(supervisor.get(context.req.param('id')));
    const asked = ChatRequest.safeParse(await context.req.json());
    if (!asked.success) throw new TunesmithError('request', asked.error.message);
    const { enable_thinking, ...request } = asked.data;
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...request,
        stream: true,
        stream_options: { include_usage: true },
        ...(enable_thinking !== undefined && { chat_template_kwargs: { enable_thinking } }),
      }),
      // A page that goes away ends the answer.
      signal: AbortSignal.any([context.req.raw.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    if (!response.ok) {
      const told = (await response.json()) as { error?: { message?: string } };
      throw new TunesmithError('model', told.error?.message ?? `the server answered ${response.status}`);
    }
    return new Response(response.body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
    });
  });
}

function serverOf(job: JobView): Server {
  const adapters = (job.about?.['adapters'] ?? '').split('\n').filter((path) => path !== '');
  return {
    job: jobOnWire(job),
    base: job.about?.['base'] ?? '',
    models: [
      ...adapters.map((adapter) => ({ name: nameOf(adapter), adapter })),
      { name: 'base', adapter: '' },
    ],
    isReady: job.state === 'running' && job.url !== undefined,
  };
}

/** Requests name an adapter by its folder. */
function nameOf(path: string): string {
  return basename(path);
}

/** Of a job of ours only: no address comes from a request. */
function urlOf({ id, kind, url, state }: JobView): string {
  if (kind === 'serve' && state === 'running' && url !== undefined) return url;
  throw new RunError(`server ${id}: it is not running; start it on the page Serve`);
}
