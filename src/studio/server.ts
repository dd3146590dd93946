/** The studio's server: guards, routes and the page on one address. */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { availableParallelism, cpus } from 'node:os';
import { type ServerType, serve } from '@hono/node-server';
import { bodyLimit } from 'hono/body-limit';
import { ConfigError, machineMemoryBytes, messageOf } from '../core/index.ts';
import { apiPage } from './api-page.ts';
import { bind, createApi, noSuchAddress, problem } from './bind-route.ts';
import { guardRequests, isLoopback } from './guard-requests.ts';
import { doctorRoutes } from './routes/dataset-doctor.ts';
import { datasetPartRoutes } from './routes/dataset-parts.ts';
import { uploadRoutes } from './routes/dataset-uploads.ts';
import { datasetRoutes } from './routes/datasets.ts';
import { enrichmentRoutes } from './routes/enrichments.ts';
import { evaluationRoutes } from './routes/evaluations.ts';
import { experimentRoutes } from './routes/experiments.ts';
import { jobRoutes } from './routes/jobs.ts';
import { loadtestRoutes } from './routes/loadtests.ts';
import { modelRoutes } from './routes/models.ts';
import { runRoutes } from './routes/runs.ts';
import { serverRoutes } from './routes/servers.ts';
import { settingsRoutes } from './routes/settings.ts';
import { staticPage } from './static-page.ts';
import { Studio, type StudioOptions } from './studio.ts';
import { STATUS } from './wire/index.ts';

export interface ServeOptions extends StudioOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface RunningStudio {
  /** With the token, where one is asked for. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** JSON of a form is some kilobytes; files go another way. */
const MOST_JSON_BYTES = 2 ** 20;

/** @throws ConfigError when the address is taken */
export async function startStudio(options: ServeOptions): Promise<RunningStudio> {
  const { host, port } = options;
  const token = isLoopback(host) ? undefined : randomBytes(24).toString('base64url');
  const studio = new Studio(options);
  const api = createApi();
  api.use(guardRequests({ host, ...(token !== undefined && { token }) }));
  const limit = bodyLimit({ maxSize: MOST_JSON_BYTES });
  api.use('/api/*', async (context, next) => {
    if (
      context.req.method === 'POST' &&
      !/^application\/json\b/i.test(context.req.header('content-type') ?? '')
    ) {
      return problem(context, 'request', {
        en: 'the request is no JSON; send it as application/json',
        zh: '请求不是 JSON；请以 application/json 发送',
      });
    }
    return context.req.path === '/api/uploads' ? next() : limit(context, next);
  });
  bind(api, STATUS, () => ({
    version: options.version,
    workspace: studio.workspace.root,
    memoryBytes: machineMemoryBytes(),
    processors: availableParallelism(),
    processor: cpus()[0]?.model ?? '',
    rooms: [...options.rooms],
  }));
  datasetRoutes(api, studio);
  uploadRoutes(api, studio);
  doctorRoutes(api, studio);
  datasetPartRoutes(api, studio);
  enrichmentRoutes(api, studio);
  settingsRoutes(api, studio);
  modelRoutes(api, studio, host);
  runRoutes(api, studio);
  jobRoutes(api, studio);
  evaluationRoutes(api, studio);
  serverRoutes(api, studio);
  loadtestRoutes(api, studio);
  experimentRoutes(api, studio);
  apiPage(api, options.version);
  api.all('/api/*', noSuchAddress);
  api.get('*', staticPage(options.page));

  const server = await listen(api.fetch, { host, port });
  const address = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  const link = `http://${name}:${address.port}/`;
  return {
    url: token === undefined ? link : `${link}?token=${token}`,
    port: address.port,
    close: () => close(server, studio),
  };
}

function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  { host, port }: { host: string; port: number },
): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname: host, port }, () => resolve(server));
    server.on('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? { en: 'is taken by another program', zh: '已被其他程序占用' }
          : { en: `cannot be used: ${error.message}`, zh: `无法使用：${messageOf(error, 'zh')}` };
      const text = {
        en: `studio: ${host}:${port} ${why.en}; choose another with --port`,
        zh: `studio：${host}:${port} ${why.zh}；请用 --port 换一个端口`,
      };
      reject(new ConfigError(text, error));
    });
  });
}

function close(server: ServerType, studio: Studio): Promise<void> {
  studio[Symbol.dispose]();
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Streams of events never end by themselves.
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
