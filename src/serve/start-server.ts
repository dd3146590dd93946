/** The served models behind a port of this process. */

import type { KeyHash } from './http/api-keys.ts';
import { createListener } from './http/app.ts';
import { Gate } from './http/gate.ts';
import { isLoopback } from './http/local-hosts.ts';
import type { WriteLine } from './http/request-log.ts';
import { type ListenOptions, listen } from './http/server.ts';
import { Metrics } from './metrics.ts';
import type { ServedModels } from './served-models.ts';

export interface ServerOptions extends ListenOptions {
  readonly keys: readonly KeyHash[];
  readonly corsOrigins: readonly string[];
  readonly maxQueue: number;
  readonly requestTimeoutSeconds: number;
  readonly maxBodyBytes: number;
  readonly accessLog: boolean;
  readonly version: string;
  readonly log: WriteLine;
  /** The figures of all processes behind the port; of this one alone when absent. */
  readonly readMetrics?: () => Promise<string>;
}

export interface RunningServer {
  readonly url: string;
  readonly metrics: Metrics;
  /** Takes no more requests, answers those that it has, and ends. */
  drain(): Promise<void>;
}

export async function startServer(models: ServedModels, options: ServerOptions): Promise<RunningServer> {
  const gate = new Gate(options.maxQueue);
  const metrics = new Metrics(models.engine, gate);
  const listener = createListener(
    {
      models,
      gate,
      metrics,
      maxBodyBytes: options.maxBodyBytes,
      requestTimeoutSeconds: options.requestTimeoutSeconds,
    },
    {
      ...options,
      localOnly: options.keys.length === 0 && isLoopback(options.host),
      readMetrics: options.readMetrics ?? (() => metrics.registry.metrics()),
    },
  );
  const { url, close } = await listen(listener, options);
  return {
    url,
    metrics,
    async drain() {
      gate.close();
      await close();
      await models.engine.drain();
    },
  };
}
