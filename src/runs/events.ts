/**
 * What a run tells while it works: one object a line in its folder's `events.jsonl`, the same for command line,
 * page and tests. Types only and free of Node, so that a browser can share them.
 */
import type { LogLevel, Progress, Reason, Told } from '../core/index.ts';

/** Where a run is; the last three are ends. */
export type RunPhase = 'loading' | 'running' | 'saving' | 'finished' | 'stopped' | 'failed';

/** With a message where it is a failure or a stop: the sentence for a person. */
export interface StateEvent extends Partial<Told> {
  readonly type: 'state';
  readonly state: RunPhase;
  /** Of a failure: the error's stable code. */
  readonly code?: string;
}

/** Work before and between steps: loading, tokenizing, evaluating. */
interface ProgressEvent extends Progress {
  readonly type: 'progress';
}

interface LogEvent extends Told {
  readonly type: 'log';
  readonly level: LogLevel;
}

/** One optimizer step. */
export interface StepEvent {
  readonly type: 'step';
  readonly step: number;
  readonly totalSteps: number;
  /** Epochs done so far, with the share of the present one. */
  readonly epoch: number;
  /** Mean over the labelled tokens of the step. */
  readonly loss: number;
  /** Mean over the steps since the last log, at steps that are logged (logging_steps). */
  readonly loggedLoss?: number;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradNorm: number;
  readonly tokensPerSecond: number;
  readonly rowsPerSecond: number;
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number;
  /** Tokens seen since the first step, a resumed run's earlier ones included. */
  readonly totalTokens: number;
}

interface EvaluationEvent {
  readonly type: 'evaluation';
  readonly step: number;
  readonly epoch: number;
  readonly evalLoss: number;
  readonly runtimeSeconds: number;
  readonly rowsPerSecond: number;
}

interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly step: number;
  readonly path: string;
}

/** A row that was dropped, cut or otherwise not used as it stands. */
interface FindingEvent extends Reason {
  readonly type: 'finding';
  readonly file: string;
  /** Counted from 1. */
  readonly row: number;
  readonly kind: string;
}

/** The figures of a finished part: `train`, `eval`, `predict`, named as in `all_results.json`. */
interface ResultEvent {
  readonly type: 'result';
  readonly kind: string;
  readonly metrics: Readonly<Record<string, number>>;
}

export type RunEvent =
  | StateEvent
  | ProgressEvent
  | LogEvent
  | StepEvent
  | EvaluationEvent
  | CheckpointEvent
  | FindingEvent
  | ResultEvent;

/** An event as it stands in the file. */
export type TimedRunEvent = RunEvent & {
  /** ISO 8601, in UTC. */
  readonly time: string;
};

/** Takes the events of a run as they happen. */
export type OnRunEvent = (event: RunEvent) => void;

/** Whether nothing follows the state. */
export function isFinal(phase: RunPhase): phase is 'finished' | 'stopped' | 'failed' {
  return phase === 'finished' || phase === 'stopped' || phase === 'failed';
}
