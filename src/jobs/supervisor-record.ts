/**
 * What is kept of a job that the supervisor was given: its order in `job.json`, and beside it, once it runs, the files
 * of a run directory, which tell who carries it out, how far it is and how it ended. Nothing else is remembered, so a
 * supervisor that was killed finds everything again.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Told, writeJsonAtomic } from '../core/index.ts';
import { openRunDirectory, type TimedRunEvent } from '../runs/index.ts';

/** What a job does: `train` starts a run; all others are commands of the program. */
export type JobKind = 'train' | 'evaluate' | 'serve' | 'loadtest' | 'experiment' | 'download' | 'enrich';

/** What jobs wait for each other for; a server waits for nobody, and nobody for it. */
export type Lane = 'device' | 'network' | 'none';

export interface JobOrder {
  readonly kind: JobKind;
  /** For people: what it is about. */
  readonly title: string;
  readonly lane: Lane;
  /** The command after `tunesmith` that does the same; of a train job the first after `train` is its run file. */
  readonly words: readonly string[];
  /** The run directory of a train job, or the folder of what else it makes. */
  readonly outputDir?: string;
  /** Whatever the one who ordered wants to find again. */
  readonly about?: Readonly<Record<string, string>>;
  /** Names of environment variables that are given to it and written down nowhere. */
  readonly secrets?: readonly string[];
}

export interface JobRecord extends JobOrder {
  readonly id: string;
  /** ISO 8601, in UTC, as are the others. */
  readonly created: string;
  /** The process that carries it out, until it has claimed the folder. */
  readonly pid?: number;
  readonly cancelled?: string;
}

export type JobState = 'queued' | 'running' | 'finished' | 'stopped' | 'failed' | 'died';

export type JobProgress = Extract<TimedRunEvent, { type: 'progress' }> & {
  /** Units a second of late; absent before there are two looks at it. */
  readonly perSecond?: number;
};

/** A job as it stands; of a failure with the sentence, and the error's code. */
export interface JobView extends JobRecord, Partial<Told> {
  readonly state: JobState;
  readonly code?: string;
  readonly started?: string;
  readonly ended?: string;
  /** How far it is, where it says so; also of a download that was stopped, since it can go on. */
  readonly progress?: JobProgress;
  /** Where it can be reached, of a server. */
  readonly url?: string;
}

const RECORD = 'job.json';
/** What a rate is reckoned over: longer than a stutter, shorter than a change. */
const RATE_MS = 15_000;
/** A server says by this line of its log where it listens. */
const LISTENING = /\bhttps?:\/\/[\w.:[\]-]+:\d+/;

export function writeRecord(folder: string, record: JobRecord): void {
  writeJsonAtomic(join(folder, RECORD), record);
}

export function readRecord(folder: string): JobRecord {
  return JSON.parse(readFileSync(join(folder, RECORD), 'utf8')) as JobRecord;
}

/** All jobs in a folder of jobs, the oldest first. */
export function readRecords(jobs: string): JobRecord[] {
  if (!existsSync(jobs)) return [];
  return readdirSync(jobs)
    .filter((id) => existsSync(join(jobs, id, RECORD)))
    .map((id) => readRecord(join(jobs, id)))
    .sort((a, b) => (a.created < b.created ? -1 : 1));
}

export function viewJob(folder: string, record: JobRecord): JobView {
  if (record.cancelled !== undefined) return { ...record, state: 'stopped', ended: record.cancelled };
  if (!existsSync(join(folder, 'events.jsonl'))) {
    if (record.pid === undefined) return { ...record, state: 'queued' };
    return { ...record, state: isRunning(record.pid) ? 'running' : 'died' };
  }
  const run = openRunDirectory(folder);
  const state = run.state === 'unknown' ? 'died' : run.state;
  const progress = progressOf(run.events);
  const goesOn = state === 'running' || (state === 'stopped' && record.kind === 'download');
  const url = record.kind === 'serve' ? urlOf(run.events) : undefined;
  const ended = run.process?.ended ?? (state === 'running' ? undefined : run.events.at(-1)?.time);
  return {
    ...record,
    state: state === 'died' && outlives(record) ? 'running' : state,
    ...(run.message === undefined ? {} : { message: run.message, zh: run.zh }),
    ...(run.code === undefined ? {} : { code: run.code }),
    ...(run.process ? { started: run.process.started } : {}),
    ...(ended === undefined ? {} : { ended }),
    ...(progress && goesOn ? { progress } : {}),
    ...(url === undefined ? {} : { url }),
  };
}

function progressOf(events: readonly TimedRunEvent[]): JobProgress | undefined {
  const told = events.filter((event) => event.type === 'progress');
  const last = told.at(-1);
  if (!last) return undefined;
  const since = Date.parse(last.time) - RATE_MS;
  const before = told.find(({ task, time }) => task === last.task && Date.parse(time) >= since)!;
  const seconds = (Date.parse(last.time) - Date.parse(before.time)) / 1000;
  return seconds > 0 ? { ...last, perSecond: Math.max(0, last.done - before.done) / seconds } : last;
}

/** A training goes on when the process that attends to it was killed. */
function outlives({ kind, outputDir }: JobRecord): boolean {
  if (kind !== 'train' || outputDir === undefined || !existsSync(outputDir)) return false;
  return openRunDirectory(outputDir).state === 'running';
}

function urlOf(events: readonly TimedRunEvent[]): string | undefined {
  for (const event of events) {
    const url = event.type === 'log' ? LISTENING.exec(event.message)?.[0] : undefined;
    if (url !== undefined) return url;
  }
  return undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // gone, or another user's since
  }
}
