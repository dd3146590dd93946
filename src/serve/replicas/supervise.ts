/**
 * N processes that each hold the model, behind one port: connections go to them by turns, and one that dies is started
 * again. This process holds no model, so that whatever native code does to a replica, the port stays.
 */
import cluster, { type Worker } from 'node:cluster';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { AggregatorRegistry } from 'prom-client';
import { RunError } from '../../core/index.ts';
import type { WriteLine } from '../http/request-log.ts';
import type { FromReplica, Order, ToReplica } from './messages.ts';

export interface Supervised {
  readonly url: string;
  /** The names that requests choose by. */
  readonly models: readonly string[];
  /** Lets the replicas answer what they have; said twice, ends them at once. */
  stop(): void;
  /** Resolves when all have ended, after stop. */
  readonly ended: Promise<void>;
}

const REPLICA = fileURLToPath(
  new URL(`./replica.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);
/** Before one that died is started again: longer each time, so that a fault that stays does not eat the machine. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** Who lived this long was well. */
const WELL_AFTER_MS = 60_000;
/** A replica that computes may be late with its figures. */
const FIGURES_TIMEOUT_MS = 2000;

/** @throws RunError when a replica cannot serve, before any of them did for the first time */
export async function superviseReplicas(order: Order, log: WriteLine): Promise<Supervised> {
  cluster.setupPrimary({ exec: REPLICA, args: [] });
  const { config } = order;
  // All have to ask for the same port, also those that come later.
  const port = config.port === 0 ? await freePort(config.host) : config.port;
  const fixed: Order = { ...order, config: { ...config, port } };
  const fleet = new Fleet(fixed, log);
  const ready = await fleet.start(config.replicas);
  return { ...ready, stop: () => fleet.stop(), ended: fleet.ended };
}

type Ready = Pick<Supervised, 'url' | 'models'>;

class Fleet {
  readonly ended: Promise<void>;
  readonly #order: Order;
  readonly #log: WriteLine;
  readonly #workers = new Set<Worker>();
  readonly #figures = new Figures(this.#workers);
  #state: 'starting' | 'serving' | 'stopping' = 'starting';
  #pauseMs = FIRST_PAUSE_MS;
  #pauses = new Set<NodeJS.Timeout>();
  #onEnd: () => void = () => undefined;

  constructor(order: Order, log: WriteLine) {
    this.#order = order;
    this.#log = log;
    this.ended = new Promise((resolve) => {
      this.#onEnd = resolve;
    });
  }

  async start(count: number): Promise<Ready> {
    try {
      const all = await Promise.all(Array.from({ length: count }, () => this.#launch()));
      this.#state = 'serving';
      return all[0]!;
    } catch (error) {
      this.#state = 'stopping';
      for (const worker of this.#workers) worker.process.kill('SIGKILL');
      throw error;
    }
  }

  stop(): void {
    const signal = this.#state === 'stopping' ? 'SIGKILL' : 'SIGTERM';
    this.#state = 'stopping';
    for (const pause of this.#pauses) clearTimeout(pause);
    for (const worker of this.#workers) worker.process.kill(signal);
    if (this.#workers.size === 0) this.#onEnd();
  }

  #launch(): Promise<Ready> {
    const worker = cluster.fork();
    this.#workers.add(worker);
    const started = Date.now();
    let reason: string | undefined;
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromReplica) => {
        if (message.kind === 'listening') send(worker, { kind: 'order', order: this.#order });
        else if (message.kind === 'ready') {
          this.#say('info', `replica ${worker.process.pid} serves`);
          resolve(message);
        } else if (message.kind === 'failed') reason = message.message;
        else this.#figures.hear(worker, message);
      });
      worker.once('exit', (code, signal) => {
        this.#workers.delete(worker);
        const how = reason ?? `it ended with ${signal ?? code}`;
        reject(new RunError(reason ?? `api: a replica ended with ${signal ?? code} before it could serve`));
        if (this.#state === 'stopping' && this.#workers.size === 0) this.#onEnd();
        if (this.#state === 'serving') this.#replace(worker, how, Date.now() - started);
      });
    });
  }

  #replace(dead: Worker, how: string, livedMs: number): void {
    if (livedMs > WELL_AFTER_MS) this.#pauseMs = FIRST_PAUSE_MS;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    this.#say('error', `replica ${dead.process.pid} is gone: ${how}; another one starts in ${pauseMs} ms`);
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      this.#launch().catch(() => undefined); // Its end was heard, and another one is on its way.
    }, pauseMs);
    this.#pauses.add(pause);
  }

  #say(level: 'info' | 'error', message: string): void {
    this.#log(JSON.stringify({ time: new Date().toISOString(), level, message }));
  }
}

/** Collects the figures of all replicas for the one that was asked for them. */
class Figures {
  readonly #workers: ReadonlySet<Worker>;
  readonly #open = new Map<number, (message: Extract<FromReplica, { kind: 'figures' }>) => void>();
  #next = 0;

  constructor(workers: ReadonlySet<Worker>) {
    this.#workers = workers;
  }

  hear(worker: Worker, message: Extract<FromReplica, { kind: 'figures' | 'metrics' }>): void {
    if (message.kind === 'figures') this.#open.get(message.id)?.(message);
    else {
      void this.#collect().then((text) => send(worker, { kind: 'metrics', id: message.id, text }));
    }
  }

  async #collect(): Promise<string> {
    const id = this.#next++;
    const asked = [...this.#workers];
    const figures: object[] = [];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, FIGURES_TIMEOUT_MS);
      this.#open.set(id, (message) => {
        figures.push([...message.figures]);
        if (figures.length < asked.length) return;
        clearTimeout(timer);
        resolve();
      });
      for (const worker of asked) send(worker, { kind: 'figures', id });
    });
    this.#open.delete(id);
    return AggregatorRegistry.aggregate(figures as object[][]).metrics();
  }
}

function send(worker: Worker, message: ToReplica): void {
  if (worker.isConnected()) worker.send(message);
}

function freePort(host: string): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
