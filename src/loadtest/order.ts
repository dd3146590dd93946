/** What a load test is told: plain data, so that it can be handed to the generator's own process. */
import type { Target } from './connection.ts';
import type { RampPlan } from './ramp.ts';
import type { ServiceLevel } from './service-level.ts';

export interface PreparedRequest {
  readonly body?: string | undefined;
  /** What the answer should be, where that is to be checked. */
  readonly expected?: string | undefined;
}

/** Until so many requests are done, or so long; whichever comes first. */
export interface Extent {
  readonly requests?: number | undefined;
  readonly seconds?: number | undefined;
}

/** A number of clients, each of which sends its next request when it has the answer to the last: ab's way. */
export interface ClosedLoop extends Extent {
  readonly kind: 'closed';
  readonly concurrency: number;
}

/**
 * Requests at fixed moments, however long answers take. Times count from the moment at which a request was due, so
 * that a server that stalls is charged for every request it kept waiting.
 */
export interface OpenLoop extends Extent {
  readonly kind: 'open';
  /** Requests per second. */
  readonly rate: number;
  /** The most connections at once; a request that finds none free waits, and its clock runs. */
  readonly connections: number;
}

/** Open loops at rates that rise until the service level breaks. */
export interface Ramp {
  readonly kind: 'ramp';
  readonly plan: RampPlan;
  readonly level: ServiceLevel;
  readonly connections: number;
  readonly stepSeconds: number;
}

export type Load = ClosedLoop | OpenLoop | Ramp;

/** How the answer is read out of a response. */
export type AnswerFormat = 'chat' | 'classify';

export interface LoadTestOrder {
  readonly target: Target;
  /** Sent in this order, again from the first when all were sent. */
  readonly requests: readonly [PreparedRequest, ...PreparedRequest[]];
  readonly load: Load;
  /** Requests that are sent before, and not counted. */
  readonly warmup: number;
  /** Answers that differ in length from the first are failures, as ab has it without -l. */
  readonly sameLength: boolean;
  /** Reads each answer and holds it against what is expected. */
  readonly answers?: AnswerFormat | undefined;
  /** Gets a line for each request. */
  readonly csvFile?: string | undefined;
}
