/** Load tests: the command that presses a server of this studio, and what it left. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { RunError } from '../../core/index.ts';
import { ownKey } from '../api-keys.ts';
import { bind } from '../bind-route.ts';
import { DatasetList } from '../dataset-list.ts';
import { jobOnWire } from '../job-on-wire.ts';
import type { Studio } from '../studio.ts';
import { LOADTESTS, type LoadTest } from '../wire/index.ts';

const FOUND = 'loadtest.json';
const PATHS = { classify: '/v1/classify', chat: '/v1/chat/completions' };

export function loadtestRoutes(api: OpenAPIHono, { supervisor, workspace }: Studio): void {
  const datasets = new DatasetList(workspace);

  bind(api, LOADTESTS.list, () => ({
    loadtests: supervisor
      .list()
      .filter(({ kind }) => kind === 'loadtest')
      .map(jobOnWire),
  }));

  bind(api, LOADTESTS.start, ({ body }) => {
    const server = supervisor.get(body.server);
    if (server.kind !== 'serve' || server.state !== 'running' || server.url === undefined) {
      throw new RunError({
        en: 'load test: the server is not running; start it on the page Serve',
        zh: '压测：服务没有在运行；请在服务页启动它',
      });
    }
    const key = body.key || ownKey(supervisor.folderOf(server.id));
    const { name, datasetDir } = datasets.place(body.dataset);
    const { id, folder } = supervisor.newFolder();
    const words = [
      'loadtest',
      server.url + PATHS[body.endpoint],
      ...(body.ramp
        ? ['--ramp', `${body.ramp.from}:${body.ramp.to}`, '--step-time', String(body.ramp.stepSeconds)]
        : ['-n', String(body.requests), '-c', String(body.concurrency)]),
      ...['-s', String(body.timeoutSeconds)],
      ...(body.keepAlive ? ['-k'] : []),
      ...['--dataset', name, '--dataset-dir', datasetDir, '--model', body.model, '--warmup', '8'],
      ...(body.endpoint === 'classify' ? ['--expect-label'] : []),
      ...(body.serviceLevel ? ['--slo', body.serviceLevel] : []),
      ...(body.targetQps === undefined ? [] : ['--target-qps', String(body.targetQps)]),
      ...(body.pricePerHour === undefined ? [] : ['--price-per-hour', String(body.pricePerHour)]),
      ...['--json', join(folder, FOUND)],
    ];
    const about = {
      model: body.model,
      dataset: name,
      load: body.ramp ? `${body.ramp.from}–${body.ramp.to}/s` : String(body.concurrency),
    };
    return jobOnWire(
      supervisor.add(
        { kind: 'loadtest', title: body.model, lane: 'device', words, about },
        id,
        key ? { TUNESMITH_API_KEY: key } : {},
      ),
    );
  });

  bind(api, LOADTESTS.get, ({ params }) => {
    const job = supervisor.get(params.id);
    const folder = supervisor.folderOf(params.id);
    const log = join(folder, 'job.log');
    const path = join(folder, FOUND);
    const printed = existsSync(log) ? readFileSync(log, 'utf8') : '';
    const found = existsSync(path)
      ? (JSON.parse(readFileSync(path, 'utf8')) as Omit<LoadTest, 'job' | 'printed'>)
      : {};
    return { ...found, job: jobOnWire(job), printed };
  });
}
