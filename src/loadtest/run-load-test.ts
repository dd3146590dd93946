/** Runs a load test: starts the generator's process, follows it, and looks at the server's footprint meanwhile. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assert, ConfigError, heard, messageOf, RunError, TunesmithError } from '../core/index.ts';
import { watchFootprint } from './footprint.ts';
import type { FromGenerator, ToGenerator } from './generator.ts';
import type { LoadProgress, Measured } from './measure.ts';
import type { LoadTestOrder } from './order.ts';
import type { Footprint, LoadTestResult } from './result.ts';

export interface RunLoadTestOptions {
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Ends the test early; what is over by then counts. */
  readonly signal?: AbortSignal | undefined;
}

/** This file and the generator have the same ending: .ts in development, .js in the package. */
const GENERATOR = fileURLToPath(
  new URL(`./generator.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);

/** One address has about so many ports for connections to one server. */
const MOST_CONNECTIONS = 20_000;

/** @throws ConfigError when the order cannot be carried out; failures of requests are in the result */
export async function runLoadTest(
  order: LoadTestOrder,
  { onProgress, signal }: RunLoadTestOptions = {},
): Promise<LoadTestResult> {
  checkOrder(order);
  const { target, load, warmup, requests } = order;
  const startedAt = new Date().toISOString();
  const endWatch = watchFootprint(new URL(target.url).origin, target.headers);
  let measured: Measured;
  let footprint: Footprint | undefined;
  try {
    measured = await followGenerator(order, { onProgress, signal });
  } finally {
    footprint = await endWatch();
  }
  return {
    format: 'tunesmith-loadtest/1',
    startedAt,
    url: withoutSecrets(target.url),
    method: target.method,
    keepAlive: target.keepAlive,
    timeoutMs: target.timeoutMs,
    ...{ warmup, load },
    sendsBody: requests[0].body !== undefined,
    ...measured,
    ...(footprint && { footprint }),
  };
}

function followGenerator(
  order: LoadTestOrder,
  { onProgress, signal }: RunLoadTestOptions,
): Promise<Measured> {
  const child = fork(GENERATOR, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const send = (message: ToGenerator) => child.connected && child.send(message);
  const onAbort = () => send({ stop: true });
  send({ order });
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  return new Promise<Measured>((resolve, reject) => {
    let last: FromGenerator | undefined;
    child.on('message', (message: FromGenerator) => {
      if ('progress' in message) onProgress?.(message.progress);
      else last = message;
    });
    child.on('error', (error) =>
      reject(
        new RunError(
          {
            en: `loadtest: its process cannot be started: ${error.message}; free memory`,
            zh: `压测：无法启动压测进程：${messageOf(error, 'zh')}；请腾出内存`,
          },
          error,
        ),
      ),
    );
    child.on('exit', (code, by) => {
      if (last === undefined) {
        reject(
          new RunError({
            en: `loadtest: its process ended with ${by ?? code}; lower -c, or run it elsewhere`,
            zh: `压测：压测进程以 ${by ?? code} 结束；请降低 -c，或换一台机器运行`,
          }),
        );
      } else if ('measured' in last) resolve(last.measured);
      else if ('message' in last) reject(new TunesmithError(last.code, heard(last)));
    });
  }).finally(() => signal?.removeEventListener('abort', onAbort));
}

function checkOrder({ target, load, warmup }: LoadTestOrder): void {
  if (!URL.canParse(target.url) || !['http:', 'https:'].includes(new URL(target.url).protocol)) {
    throw new ConfigError({
      en: `loadtest: ${JSON.stringify(target.url)} is no URL of a web server; write it as http://host:port/path`,
      zh: `压测：${JSON.stringify(target.url)} 不是网址；请写成 http://主机:端口/路径`,
    });
  }
  if (new URL(target.url).username !== '') {
    throw new ConfigError({
      en: 'loadtest: the URL holds a user and a password; give them by -A user:password',
      zh: '压测：网址中含有用户名与密码；请用 -A 用户名:密码 给出',
    });
  }
  const connections = load.kind === 'closed' ? load.concurrency : load.connections;
  if (connections > MOST_CONNECTIONS) {
    throw new ConfigError({
      en: `loadtest: ${connections} connections are more than ${MOST_CONNECTIONS}, which one address has ports for; lower -c`,
      zh: `压测：${connections} 个连接超过单个地址可用的端口数 ${MOST_CONNECTIONS}；请降低 -c`,
    });
  }
  assert(connections >= 1 && warmup >= 0 && target.timeoutMs > 0, 'a load test of nothing');
}

/** Queries may hold keys. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
