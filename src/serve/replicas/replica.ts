/**
 * The process of one replica: loads the model, serves the connections that it is handed, and drains when it is told to
 * end. What it cannot do it says before it ends.
 */
import type { Socket } from 'node:net';
import { languageOf, messageOf, TunesmithError } from '../../core/index.ts';
import { openModels } from '../open-models.ts';
import { type AttendingServer, attendServer } from '../start-server.ts';
import type { FromReplica, Order, ToReplica } from './messages.ts';

const BYTES_PER_MB = 1_000_000;

const tell = (message: FromReplica): void => {
  process.send?.(message);
};

/** Those who wait for the figures of all replicas, by number. */
const waiting = new Map<number, (text: string) => void>();
let server: AttendingServer | undefined;

process.on('message', (message: ToReplica, socket?: Socket) => {
  if (message.kind === 'order') void serve(message.order).catch(fail);
  else if (message.kind === 'metrics') waiting.get(message.id)?.(message.text);
  else if (message.kind === 'figures') void tellFigures(message.id).catch(fail);
  else if (socket) server?.take(socket); // None when the client left on the way.
});
// Nobody hands connections to it any more.
process.on('disconnect', () => process.exit(1));

tell({ kind: 'listening' });

async function tellFigures(id: number): Promise<void> {
  tell({ kind: 'figures', id, figures: (await server?.metrics.registry.getMetricsAsJSON()) ?? [] });
}

let asked = 0;

function readMetrics(): Promise<string> {
  const id = asked++;
  tell({ kind: 'metrics', id });
  return new Promise((resolve) => {
    waiting.set(id, (text) => {
      waiting.delete(id);
      resolve(text);
    });
  });
}

async function serve({ config, keys, version }: Order): Promise<void> {
  const opened = await openModels(config, {
    onNote: (note) => process.stderr.write(`${note[languageOf()]}\n`),
  });
  const serving = attendServer(opened.models, {
    host: config.host,
    keys,
    corsOrigins: config.cors_origins,
    maxQueue: config.max_queue,
    requestTimeoutSeconds: config.request_timeout,
    maxBodyBytes: Math.round(config.max_body_mb * BYTES_PER_MB),
    accessLog: config.access_log,
    version,
    log: (line) => process.stderr.write(`${line}\n`),
    ...(config.replicas > 1 && { readMetrics }),
  });
  server = serving;
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    tell({ kind: 'leaving' });
    await serving.drain();
    await opened[Symbol.asyncDispose]();
    process.exit(0);
  };
  // The terminal sends its signal to all processes; each then ends by itself.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end().catch(fail));
  tell({ kind: 'ready', models: opened.models.models.map(({ name }) => name) });
}

function fail(error: unknown): void {
  const known = error instanceof TunesmithError || !(error instanceof Error);
  const message = known ? messageOf(error) : (error.stack ?? error.message);
  process.send?.({ kind: 'failed', message } satisfies FromReplica, () => process.exit(1));
}
