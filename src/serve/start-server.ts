/** The served models as a server: behind a port of this process, or for connections that another one accepted. */
import type { Socket } from 'node:net';
import type { KeyHash } from './http/api-keys.ts';
import { createListener } from './http/app.ts';
import { Gate } from './http/gate.ts';
import { isLoopback } from './http/local-hosts.ts';
import type { WriteLine } from './http/request-log.ts';
import { type Address, attend, type Clocks, listen } from './http/server.ts';
import { Metrics } from './metrics.ts';
import type { ServedModels } from './served-models.ts';

interface AnswerOptions extends Clocks {
  /** Where the port is, here or elsewhere. */
  readonly host: string;
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

export type ServerOptions = AnswerOptions & Address;

interface Drainable {
  readonly metrics: Metrics;
  /** Takes no more requests, answers those that it has, and ends. */
  drain(): Promise<void>;
}

export interface RunningServer extends Drainable {
  readonly url: string;
}

export interface AttendingServer extends Drainable {
  /** Serves a connection that somebody else accepted. */
  take(socket: Socket): void;
}

/** @throws ConfigError when the address cannot be listened on */
export async function startServer(models: ServedModels, options: ServerOptions): Promise<RunningServer> {
  const { listener, drainable } = assemble(models, options);
  const { url, close } = await listen(listener, options);
  return { url, ...drainable(close) };
}

export function attendServer(models: ServedModels, options: AnswerOptions): AttendingServer {
  const { listener, drainable } = assemble(models, options);
  const { take, close } = attend(listener, options);
  return { take, ...drainable(close) };
}

function assemble(models: ServedModels, options: AnswerOptions) {
  const { maxBodyBytes, requestTimeoutSeconds } = options;
  const gate = new Gate(options.maxQueue);
  const metrics = new Metrics(models.engine, gate);
  const listener = createListener(
    { models, gate, metrics, maxBodyBytes, requestTimeoutSeconds },
    {
      ...options,
      localOnly: options.keys.length === 0 && isLoopback(options.host),
      readMetrics: options.readMetrics ?? (() => metrics.registry.metrics()),
    },
  );
  const drainable = (close: () => Promise<void>): Drainable => ({
    metrics,
    async drain() {
      gate.close();
      await close();
      await models.engine.drain();
    },
  });
  return { listener, drainable };
}
