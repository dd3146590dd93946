/**
 * Runs an experiment: every stage whose result is not there yet, each in a process of its own, and then the verdict.
 * What was finished stays finished however this ends, and is done again only when its inputs change.
 */
import { cpus, totalmem } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { Experiment } from '../config/index.ts';
import { assert, type Language, type Progress, type Told, textOf, told } from '../core/index.ts';
import { type Comparison, type Verdict, writeEvaluation } from '../evaluate/index.ts';
import type { OpenOptions } from '../jobs/index.ts';
import { Claim, JsonLinesWriter, type RunEvent } from '../runs/index.ts';
import { conclude } from './conclude.ts';
import type { StageOrder } from './order.ts';
import { type Plan, planStages } from './plan-stages.ts';
import {
  type ExperimentRecord,
  findExperimentRecord,
  rulesWith,
  type StageRecord,
  withoutSecrets,
  writeExperimentRecord,
} from './record.ts';
import { RemainingTime } from './remaining-time.ts';
import { readMark, removeLeftovers, type Stage, type StageKind } from './stage.ts';
import { readResult } from './stage-results.ts';
import { adapterOf, trainStage } from './train-stage.ts';
import { workerStage } from './worker-stage.ts';

/** What an experiment tells while it works; also a line each in its folder's events.jsonl. */
export type ExperimentEvent =
  | {
      readonly type: 'plan';
      readonly stages: readonly { readonly id: string; readonly isFinished: boolean }[];
    }
  /** `kept`: it was finished before. */
  | {
      readonly type: 'stage';
      readonly id: string;
      readonly state: 'running' | 'finished' | 'kept';
      readonly place: number;
      readonly stages: number;
    }
  | (Progress & {
      readonly type: 'progress';
      readonly id: string;
      /** Of the stage, and of all; absent while unknown. */
      readonly secondsLeft?: number;
      readonly totalSecondsLeft?: number;
    })
  | (Partial<Told> & { readonly type: 'state'; readonly state: ExperimentRecord['state'] })
  | { readonly type: 'verdict'; readonly verdict: Verdict };

export interface RunExperimentOptions extends OpenOptions {
  /** Of the program: a part of every key. */
  readonly version: string;
  readonly language: Language;
  readonly onEvent?: (event: ExperimentEvent) => void;
  /** Hears what a training tells of itself. */
  readonly onRunEvent?: (event: RunEvent) => void;
  /** Ends after what is under way was stopped; trainings with a checkpoint. */
  readonly signal?: AbortSignal;
}

/** @returns undefined when the signal came before the end @throws whatever a stage ended with */
export async function runExperiment(
  experiment: Experiment,
  options: RunExperimentOptions,
): Promise<Verdict | undefined> {
  const outputDir = resolve(experiment.outputDir);
  const claim = Claim.take(outputDir);
  try {
    removeLeftovers(outputDir);
    const plan = await planStages(experiment, { ...options, outputDir });
    return await new Runner(experiment, { ...options, outputDir, plan }).run();
  } finally {
    claim.release();
  }
}

/** What is left to do, without doing it. */
export async function planExperiment(
  experiment: Experiment,
  options: OpenOptions & { readonly version: string },
): Promise<{ readonly id: string; readonly isFinished: boolean }[]> {
  const { stages } = await planStages(experiment, { ...options, outputDir: resolve(experiment.outputDir) });
  return stages.map((stage) => ({ id: stage.id, isFinished: readMark(stage) !== undefined }));
}

/** A page hears of progress at most so often. */
const EVENT_INTERVAL_MS = 1000;

class Runner {
  readonly #experiment: Experiment;
  readonly #options: RunExperimentOptions;
  readonly #outputDir: string;
  readonly #plan: Plan;
  readonly #events: JsonLinesWriter;
  readonly #time = new RemainingTime();
  #record: ExperimentRecord;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(experiment: Experiment, options: RunExperimentOptions & { outputDir: string; plan: Plan }) {
    const { outputDir, plan, version } = options;
    this.#experiment = experiment;
    this.#options = options;
    this.#outputDir = outputDir;
    this.#plan = plan;
    this.#events = new JsonLinesWriter(join(outputDir, 'events.jsonl'));
    const before = findExperimentRecord(outputDir);
    const now = new Date().toISOString();
    const stages = plan.stages.map((stage) => this.#stageRecord(stage, 'waiting'));
    const isAfterResults = stages.some(({ kind, state }) => kind !== 'train' && state === 'finished');
    this.#record = {
      version: 1,
      experiment: withoutSecrets(experiment),
      programVersion: version,
      machine: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, memoryBytes: totalmem() },
      state: 'running',
      started: before?.started ?? now,
      updated: now,
      stages,
      models: plan.models,
      testHash: plan.testHash,
      rules: rulesWith(before?.rules ?? [], experiment, { since: now, isAfterResults }),
    };
    for (const { kind, seconds } of stages) if (seconds !== undefined) this.#time.learn(kind, seconds);
  }

  async run(): Promise<Verdict | undefined> {
    try {
      this.#tell({ type: 'state', state: 'running' });
      this.#tell({
        type: 'plan',
        stages: this.#record.stages.map(({ id, state }) => ({ id, isFinished: state === 'finished' })),
      });
      for (const [index, stage] of this.#plan.stages.entries()) {
        if (!(await this.#carryOut(stage, index))) {
          this.#end('stopped');
          return undefined;
        }
      }
      const verdict = this.#conclude();
      this.#record = { ...this.#record, verdict };
      this.#end('finished');
      this.#tell({ type: 'verdict', verdict });
      return verdict;
    } catch (error) {
      this.#end('failed', told(textOf(error)));
      throw error;
    } finally {
      this.#events.close();
    }
  }

  /** @returns whether its result is there */
  async #carryOut(stage: Stage, index: number): Promise<boolean> {
    const place = { id: stage.id, place: index + 1, stages: this.#plan.stages.length };
    if (readMark(stage)) {
      this.#update(index, this.#stageRecord(stage, 'finished'));
      this.#tell({ type: 'stage', state: 'kept', ...place });
      return true;
    }
    if (this.#options.signal?.aborted) return false;
    this.#time.begin(stage.kind);
    this.#update(index, this.#stageRecord(stage, 'running'));
    this.#tell({ type: 'stage', state: 'running', ...place });
    const mark = await this.#start(stage, index);
    if (!mark) {
      this.#update(index, this.#stageRecord(stage, 'waiting'));
      return false;
    }
    this.#time.learn(stage.kind, mark.seconds);
    this.#update(index, this.#stageRecord(stage, 'finished'));
    this.#tell({ type: 'stage', state: 'finished', ...place });
    return true;
  }

  #start(stage: Stage, index: number): ReturnType<typeof workerStage> {
    const { language, signal, onRunEvent, acceptLicense } = this.#options;
    if (stage.kind === 'train') {
      const { run } = this.#experiment.variants.find(({ name }) => name === stage.subject)!;
      const onEvent = (event: RunEvent) => {
        onRunEvent?.(event);
        if (event.type === 'step') {
          const { step, totalSteps, remainingSeconds } = event;
          this.#progress(
            stage,
            index,
            { task: 'train', done: step, total: totalSteps, unit: 'steps' },
            remainingSeconds,
          );
        } else if (event.type === 'progress') this.#progress(stage, index, event);
      };
      return trainStage(stage, run, { language, onEvent, signal, ...(acceptLicense && { acceptLicense }) });
    }
    const onProgress = (progress: Progress) => this.#progress(stage, index, progress);
    return workerStage(this.#orderOf(stage), { onProgress, signal });
  }

  #orderOf({ kind, subject, folder, key }: Stage): StageOrder {
    const { candidates, testDataset, incumbent, seed, loadtest } = this.#experiment;
    const place = { folder, key };
    if (kind === 'compare') {
      const judged = candidates.map(({ name }) => ({ name, folder: this.#folderOf('judge', name) }));
      return { ...place, kind, judged, seed, ...(incumbent !== undefined && { incumbent }) };
    }
    const candidate = candidates.find(({ name }) => name === subject);
    assert(candidate && kind !== 'train', `no order for ${kind} of ${subject}`);
    const adapter =
      candidate.kind === 'variant'
        ? { adapter: adapterOf(this.#folderOf('train', candidate.variant), candidate.checkpoint) }
        : {};
    if (kind === 'judge') return { ...place, kind, candidate, testDataset, ...adapter };
    assert(loadtest, 'a load test without its settings');
    return { ...place, kind, candidate, loadtest, version: this.#options.version, ...adapter };
  }

  #conclude(): Verdict {
    const comparison: Comparison = readResult('compare', this.#folderOf('compare', ''));
    const loads = this.#plan.stages
      .filter(({ kind }) => kind === 'load')
      .map(({ subject, folder }) => [subject, readResult('load', folder)] as const);
    const { candidates, testDataset } = this.#experiment;
    const evaluations = candidates.flatMap(({ name }) =>
      readResult('judge', this.#folderOf('judge', name)).judged.map(({ evaluation }) => evaluation),
    );
    const path = join(this.#outputDir, 'evaluation.json');
    writeEvaluation(path, testDataset.join(','), evaluations, comparison);
    return conclude(this.#experiment, { comparison, loads: Object.fromEntries(loads) });
  }

  #folderOf(kind: StageKind, subject: string): string {
    const stage = this.#plan.stages.find((one) => one.kind === kind && one.subject === subject);
    assert(stage, `there is no stage ${kind} of ${subject}`);
    return stage.folder;
  }

  #stageRecord(stage: Stage, state: 'waiting' | 'running' | 'finished'): StageRecord {
    const { id, kind, subject, key, folder } = stage;
    const mark = readMark(stage);
    const place = { id, kind, subject, key, folder: relative(this.#outputDir, folder) };
    if (!mark) return { ...place, state };
    return { ...place, state: 'finished', seconds: mark.seconds, finished: mark.finished };
  }

  #update(index: number, record: StageRecord): void {
    this.#record = {
      ...this.#record,
      updated: new Date().toISOString(),
      stages: this.#record.stages.map((one, place) => (place === index ? record : one)),
    };
    writeExperimentRecord(this.#outputDir, this.#record);
  }

  #end(state: ExperimentRecord['state'], said: Partial<Told> = {}): void {
    this.#record = { ...this.#record, updated: new Date().toISOString(), state, ...said };
    writeExperimentRecord(this.#outputDir, this.#record);
    this.#tell({ type: 'state', state, ...said });
  }

  #progress({ id }: Stage, index: number, progress: Progress, seconds?: number): void {
    const { task, done, total, unit } = progress;
    this.#time.progress({ task, done, total, seconds });
    const secondsLeft = this.#time.stage();
    const later = this.#plan.stages.slice(index + 1).filter((_, place) => {
      return this.#record.stages[index + 1 + place]!.state !== 'finished';
    });
    const totalSecondsLeft = this.#time.total(later.map(({ kind }) => kind));
    this.#tell({
      type: 'progress',
      id,
      ...{ task, done, unit },
      ...(total !== undefined && { total }),
      ...(secondsLeft !== undefined && { secondsLeft }),
      ...(totalSecondsLeft !== undefined && { totalSecondsLeft }),
    });
  }

  #tell(event: ExperimentEvent): void {
    this.#options.onEvent?.(event);
    const now = performance.now();
    if (event.type === 'progress' && now - this.#toldAt < EVENT_INTERVAL_MS) return;
    if (event.type === 'progress') this.#toldAt = now;
    this.#events.append({ time: new Date().toISOString(), ...event });
  }
}
