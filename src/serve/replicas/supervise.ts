/**
 * N processes that each hold the model, behind one port, and one that dies is started again. This process holds no
 * model, so that whatever native code does to a replica, the port stays.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AggregatorRegistry } from 'prom-client';
import { RunError } from '../../core/index.ts';
import type { WriteLine } from '../http/request-log.ts';
import { Door } from './door.ts';
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

/**
 * @throws ConfigError when the port cannot be had, RunError when a replica cannot serve, before any of them did for the
 * first time
 */
export async function superviseReplicas(order: Order, log: WriteLine): Promise<Supervised> {
  const door = await Door.open(order.config);
  const fleet = new Fleet(order, door, log);
  const models = await fleet.start(order.config.replicas);
  return { url: door.url, models, stop: () => fleet.stop(), ended: fleet.ended };
}

type Names = readonly string[];

class Fleet {
  readonly ended: Promise<void>;
  readonly #order: Order;
  readonly #door: Door;
  readonly #log: WriteLine;
  readonly #replicas = new Set<ChildProcess>();
  readonly #figures = new Figures(this.#replicas);
  #state: 'starting' | 'serving' | 'stopping' = 'starting';
  #pauseMs = FIRST_PAUSE_MS;
  #pauses = new Set<NodeJS.Timeout>();
  #onEnd: () => void = () => undefined;

  constructor(order: Order, door: Door, log: WriteLine) {
    this.#order = order;
    this.#door = door;
    this.#log = log;
    this.ended = new Promise((resolve) => {
      this.#onEnd = resolve;
    });
  }

  /** @returns the models' names */
  async start(count: number): Promise<Names> {
    try {
      const all = await Promise.all(Array.from({ length: count }, () => this.#launch()));
      this.#state = 'serving';
      return all[0]!;
    } catch (error) {
      this.#state = 'stopping';
      this.#door.close();
      for (const replica of this.#replicas) replica.kill('SIGKILL');
      throw error;
    }
  }

  stop(): void {
    const signal = this.#state === 'stopping' ? 'SIGKILL' : 'SIGTERM';
    this.#state = 'stopping';
    this.#door.close();
    for (const pause of this.#pauses) clearTimeout(pause);
    for (const replica of this.#replicas) replica.kill(signal);
    if (this.#replicas.size === 0) this.#onEnd();
  }

  #launch(): Promise<Names> {
    const replica = fork(REPLICA);
    this.#replicas.add(replica);
    const started = Date.now();
    let reason: string | undefined;
    return new Promise((resolve, reject) => {
      replica.on('message', (message: FromReplica) => {
        switch (message.kind) {
          case 'listening':
            return send(replica, { kind: 'order', order: this.#order });
          case 'ready':
            this.#say('info', `replica ${replica.pid} serves`);
            this.#door.add(replica);
            return resolve(message.models);
          case 'leaving':
            return this.#door.remove(replica);
          case 'failed':
            reason = message.message;
            return;
          default:
            return this.#figures.hear(replica, message);
        }
      });
      replica.on('error', () => undefined); // what cannot be sent goes to one whose exit is heard
      replica.once('exit', (code, signal) => {
        this.#replicas.delete(replica);
        this.#door.remove(replica);
        const how = reason ?? `it ended with ${signal ?? code}`;
        reject(new RunError(reason ?? `api: a replica ended with ${signal ?? code} before it could serve`));
        if (this.#state === 'stopping' && this.#replicas.size === 0) this.#onEnd();
        if (this.#state === 'serving') this.#replace(replica, how, Date.now() - started);
      });
    });
  }

  #replace(dead: ChildProcess, how: string, livedMs: number): void {
    if (livedMs > WELL_AFTER_MS) this.#pauseMs = FIRST_PAUSE_MS;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    this.#say('error', `replica ${dead.pid} is gone: ${how}; another one starts in ${pauseMs} ms`);
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
  readonly #replicas: ReadonlySet<ChildProcess>;
  readonly #open = new Map<number, (message: Extract<FromReplica, { kind: 'figures' }>) => void>();
  #next = 0;

  constructor(replicas: ReadonlySet<ChildProcess>) {
    this.#replicas = replicas;
  }

  hear(replica: ChildProcess, message: Extract<FromReplica, { kind: 'figures' | 'metrics' }>): void {
    if (message.kind === 'figures') this.#open.get(message.id)?.(message);
    else {
      void this.#collect().then((text) => send(replica, { kind: 'metrics', id: message.id, text }));
    }
  }

  async #collect(): Promise<string> {
    const id = this.#next++;
    const asked = [...this.#replicas];
    const figures: object[] = [];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, FIGURES_TIMEOUT_MS);
      this.#open.set(id, (message) => {
        figures.push([...message.figures]);
        if (figures.length < asked.length) return;
        clearTimeout(timer);
        resolve();
      });
      for (const replica of asked) send(replica, { kind: 'figures', id });
    });
    this.#open.delete(id);
    return AggregatorRegistry.aggregate(figures as object[][]).metrics();
  }
}

function send(replica: ChildProcess, message: ToReplica): void {
  if (replica.connected) replica.send(message);
}
