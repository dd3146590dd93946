/**
 * The reading side of a run directory: is it alive, how far is it, how did it end. Reads files only, so it works on
 * the runs of other processes, and on folders that LLaMA-Factory left.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RunError, type Told } from '../core/index.ts';
import { type Liveness, livenessOf, type ProcessRecord, readProcess } from './claim.ts';
import { isFinal, type RunPhase, type StateEvent, type StepEvent, type TimedRunEvent } from './events.ts';
import { EVENTS_FILE } from './follow.ts';
import { readLastJsonLines } from './json-lines.ts';
import { resultsFile } from './results.ts';
import { guardStorage } from './storage.ts';
import { TRAINER_LOG_FILE } from './trainer-log.ts';
import { TRAINER_STATE_FILE } from './trainer-state.ts';

export const RUN_FILE = 'run.yaml';

/** `died`: the process is gone and said nothing; `unknown`: a folder that tells neither way. */
export type RunState = 'running' | 'finished' | 'stopped' | 'failed' | 'died' | 'unknown';

/** `message`: what the run last said of itself, with the error's code. */
export interface RunView extends Partial<Told> {
  /** Absolute. */
  readonly path: string;
  readonly state: RunState;
  /** What the run last said of itself. */
  readonly phase?: RunPhase;
  readonly code?: string;
  readonly process?: ProcessRecord;
  readonly liveness: Liveness;
  readonly lastStep?: StepEvent;
  /** The last events since the run was last started. */
  readonly events: readonly TimedRunEvent[];
  /** Byte offset behind them: what followEvents takes as `from`. */
  readonly end: number;
  /** The run file as it was resolved. */
  readonly runFile?: string;
}

/** Enough for a thousand steps; a long run's file has many more, which nobody needs to know its state. */
const TAIL_BYTES = 256 * 1024;

/** @throws RunError when the folder is not there or holds no run */
export function openRunDirectory(outputDir: string): RunView {
  const path = resolve(outputDir);
  const holds = (name: string) => existsSync(join(path, name));
  if (!existsSync(path)) {
    throw new RunError({
      en: `run ${path}: there is no such folder; list the runs to see where they are`,
      zh: `运行 ${path}：没有这个文件夹；请查看运行列表`,
    });
  }
  const process = readProcess(path);
  if (!process && ![EVENTS_FILE, RUN_FILE, TRAINER_LOG_FILE, TRAINER_STATE_FILE].some(holds)) {
    throw new RunError({
      en: `run ${path}: the folder holds no run; give the output_dir of one`,
      zh: `运行 ${path}：文件夹中没有运行；请给出某次运行的 output_dir`,
    });
  }
  const { lines, end } = readLastJsonLines(join(path, EVENTS_FILE), TAIL_BYTES);
  const events = sinceLastStart(lines.map(({ value }) => value as TimedRunEvent));
  const last = events.findLast((event): event is TimedRunEvent & StateEvent => event.type === 'state');
  const lastStep = events.findLast((event): event is TimedRunEvent & StepEvent => event.type === 'step');
  // Of a long run the word that it runs lies further back than what is read; its steps say so too.
  const phase = last?.state ?? (lastStep && 'running');
  const liveness = process ? livenessOf(process) : 'gone';
  return {
    path,
    state: stateOf(phase, liveness, process !== undefined, holds),
    liveness,
    events,
    end,
    ...(phase ? { phase } : {}),
    ...(last?.message === undefined ? {} : { message: last.message, zh: last.zh }),
    ...(last?.code === undefined ? {} : { code: last.code }),
    ...(process ? { process } : {}),
    ...(lastStep ? { lastStep } : {}),
    ...(holds(RUN_FILE) ? { runFile: readRunFile(path) } : {}),
  };
}

/**
 * Sends a signal to a run's process, wherever it was started on this machine.
 * @throws RunError when it is not running here
 */
export function signalRun(outputDir: string, signal: NodeJS.Signals = 'SIGINT'): void {
  const { path, liveness, state, process: record } = openRunDirectory(outputDir);
  if (!record || liveness === 'gone') {
    throw new RunError({
      en: `stop ${path}: the run is not running (${state}); there is nothing to stop`,
      zh: `停止 ${path}：该运行没有在进行（${state}）；无需停止`,
    });
  }
  if (liveness === 'elsewhere') {
    throw new RunError({
      en: `stop ${path}: the run belongs to host ${record.host}; stop it there`,
      zh: `停止 ${path}：该运行属于主机 ${record.host}；请在那台机器上停止`,
    });
  }
  process.kill(record.pid, signal);
}

function stateOf(
  phase: RunPhase | undefined,
  liveness: Liveness,
  hasProcess: boolean,
  holds: (name: string) => boolean,
): RunState {
  if (phase !== undefined && isFinal(phase)) return phase;
  if (liveness !== 'gone') return 'running';
  if (hasProcess || phase !== undefined) return 'died';
  return holds(resultsFile('', 'all')) ? 'finished' : 'unknown';
}

/** A run directory may have been started several times; what was before belongs to the past. */
function sinceLastStart(events: readonly TimedRunEvent[]): TimedRunEvent[] {
  const start = events.findLastIndex((event) => event.type === 'state' && event.state === 'loading');
  return events.slice(Math.max(0, start));
}

function readRunFile(path: string): string {
  const file = join(path, RUN_FILE);
  return guardStorage('read', file, () => readFileSync(file, 'utf8'));
}
