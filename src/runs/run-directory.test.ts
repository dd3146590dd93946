import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunError } from '../core/index.ts';
import type { RunEvent } from './events.ts';
import { followEvents } from './follow.ts';
import { RunDirectory } from './run-directory.ts';
import { listRuns, rebuildRunIndex } from './run-index.ts';
import { openRunDirectory, signalRun } from './run-view.ts';
import { readTrainerLog } from './trainer-log.ts';
import { newTrainerState, readTrainerState, type TrainerState } from './trainer-state.ts';

let folder: string;
let outputDir: string;
let cache: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-'));
  outputDir = join(folder, 'saves', 'tiny', 'lora');
  cache = join(folder, 'cache');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PLAN = {
  eval_steps: 2,
  logging_steps: 1,
  max_steps: 4,
  num_train_epochs: 1,
  save_steps: 2,
  train_batch_size: 4,
};
const TIMING = { elapsedSeconds: 1, remainingSeconds: 1, tokensInSession: 10 };

function open(onEvent?: (event: RunEvent) => void): RunDirectory {
  return new RunDirectory({
    outputDir,
    runFile: 'model_name_or_path: tiny\ndataset: a,b\n',
    model: 'tiny',
    datasets: ['a', 'b'],
    cacheFolder: cache,
    ...(onEvent ? { onEvent } : {}),
  });
}

function stepEvent(step: number): RunEvent {
  return {
    type: 'step',
    step,
    totalSteps: 4,
    epoch: step / 4,
    loss: 1 / step,
    learningRate: 1e-4,
    gradNorm: 1,
    tokensPerSecond: 10,
    rowsPerSecond: 1,
    elapsedSeconds: step,
    remainingSeconds: 4 - step,
    totalTokens: 10 * step,
  };
}

/** Trains up to a step, with a checkpoint at each even one. */
function train(directory: RunDirectory, state: TrainerState, last: number): void {
  while (state.global_step < last) {
    state.global_step++;
    state.epoch = state.global_step / 4;
    directory.emit(stepEvent(state.global_step));
    directory.log({ loss: 1 / state.global_step, learning_rate: 1e-4 }, TIMING);
    if (state.global_step % 2 === 0) {
      const path = join(outputDir, `checkpoint-${state.global_step}`);
      directory.saveTrainerState(path);
      writeFileSync(join(path, 'adapter_model.safetensors'), '');
    }
  }
}

describe('a run', () => {
  it('tells where it is from its first moment to its end', () => {
    const heard: RunEvent[] = [];
    const directory = open((event) => heard.push(event));
    expect(openRunDirectory(outputDir)).toMatchObject({ state: 'running', phase: 'loading' });
    const state = newTrainerState(PLAN);
    directory.beginTraining(state);
    train(directory, state, 4);
    expect(openRunDirectory(outputDir)).toMatchObject({
      state: 'running',
      phase: 'running',
      liveness: 'alive',
      lastStep: { step: 4, loss: 0.25 },
      runFile: 'model_name_or_path: tiny\ndataset: a,b\n',
    });
    directory.saveTrainerState();
    directory.saveResults('train', { train_loss: 0.5 });
    directory.close({ state: 'finished' });
    const view = openRunDirectory(outputDir);
    expect(view).toMatchObject({ state: 'finished', liveness: 'gone' });
    expect(view.events.map(({ type }) => type)).toEqual(heard.map(({ type }) => type));
    expect(view.events.every(({ time }) => !Number.isNaN(Date.parse(time)))).toBe(true);
    expect(readTrainerLog(outputDir).map((line) => line.current_steps)).toEqual([1, 2, 3, 4]);
    expect(readTrainerState(outputDir).log_history).toHaveLength(4);
  });

  it('tells that it runs also when only its steps still say so', () => {
    const directory = open();
    directory.beginTraining(newTrainerState(PLAN));
    for (let step = 1; step <= 2000; step++) directory.emit(stepEvent(step));
    const view = openRunDirectory(outputDir);
    expect(view).toMatchObject({ state: 'running', phase: 'running', lastStep: { step: 2000 } });
    expect(view.events.some(({ type }) => type === 'state')).toBe(false);
    directory.close({ state: 'finished' });
  });

  it('says why it failed', () => {
    open().close({ state: 'failed', message: 'the disk is full', code: 'storage' });
    expect(openRunDirectory(outputDir)).toMatchObject({
      state: 'failed',
      message: 'the disk is full',
      code: 'storage',
    });
  });

  it('keeps others out while it writes, and lets the next one in', () => {
    const directory = open();
    expect(() => open()).toThrow(RunError);
    directory.close({ state: 'stopped' });
    open().close({ state: 'finished' });
    expect(openRunDirectory(outputDir).events.map((event) => 'state' in event && event.state)).toEqual([
      'loading',
      'finished',
    ]);
  });

  it('goes on from a checkpoint: the log behind it is cut, the rest kept', () => {
    const first = open();
    const state = newTrainerState(PLAN);
    first.beginTraining(state);
    train(first, state, 3);
    first.close({ state: 'stopped' });
    const checkpoint = { step: 2, path: join(outputDir, 'checkpoint-2') };
    const resumed = readTrainerState(checkpoint.path, PLAN);
    const second = open();
    second.beginTraining(resumed, checkpoint);
    train(second, resumed, 4);
    second.close({ state: 'finished' });
    expect(readTrainerLog(outputDir).map((line) => line.current_steps)).toEqual([1, 2, 3, 4]);
    expect(resumed.log_history.map((record) => record['step'])).toEqual([1, 2, 3, 4]);
  });

  it('begins anew: what an earlier training left goes when the new one begins, not before', () => {
    const first = open();
    const state = newTrainerState(PLAN);
    first.beginTraining(state);
    train(first, state, 4);
    first.saveTrainerState();
    first.saveResults('train', { train_loss: 1 });
    first.close({ state: 'finished' });
    writeFileSync(join(outputDir, 'notes.txt'), 'mine');
    const second = open();
    const left = () =>
      ['checkpoint-2', 'trainer_state.json', 'all_results.json'].map((name) =>
        existsSync(join(outputDir, name)),
      );
    expect(left()).toEqual([true, true, true]);
    second.beginTraining(newTrainerState(PLAN));
    expect(left()).toEqual([false, false, false]);
    expect(readTrainerLog(outputDir)).toEqual([]);
    expect(existsSync(join(outputDir, 'notes.txt'))).toBe(true);
    second.close({ state: 'stopped' });
  });

  it('still runs when it cannot be listed', () => {
    writeFileSync(cache, 'a file where the cache should be');
    const directory = open();
    directory.close({ state: 'finished' });
    const { events } = openRunDirectory(outputDir);
    expect(
      events.some((event) => event.type === 'log' && /not in the list of runs/.test(event.message)),
    ).toBe(true);
  });
});

describe('openRunDirectory', () => {
  it('knows a run that died, torn last line included', async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', waitingRun(outputDir, cache)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(child.stdout, 'data');
    expect(openRunDirectory(outputDir)).toMatchObject({ state: 'running', lastStep: { step: 1 } });
    expect(() => open()).toThrow(/is writing a run there/);
    const followed = typesOf(outputDir);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await followed).toEqual(['state', 'step']);
    appendFileSync(join(outputDir, 'events.jsonl'), '{"time":"2026-');
    const view = openRunDirectory(outputDir);
    expect(view).toMatchObject({ state: 'died', phase: 'loading', lastStep: { step: 1 } });
    expect(() => signalRun(outputDir)).toThrow(/not running \(died\)/);
    open().close({ state: 'finished' });
    expect(openRunDirectory(outputDir).state).toBe('finished');
  });

  it('sends the signal that stops a run', async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', waitingRun(outputDir, cache)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(child.stdout, 'data');
    signalRun(outputDir, 'SIGINT');
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect(signal).toBe('SIGINT');
  });

  it.each([
    ['a folder of LLaMA-Factory that finished', ['trainer_log.jsonl', 'all_results.json'], 'finished'],
    ['a folder of LLaMA-Factory that tells neither way', ['trainer_log.jsonl'], 'unknown'],
  ])('reads %s', (_, files, state) => {
    mkdirSync(outputDir, { recursive: true });
    for (const name of files) writeFileSync(join(outputDir, name), '{}\n');
    expect(openRunDirectory(outputDir)).toMatchObject({ state, events: [] });
  });

  it('refuses what is no run', () => {
    expect(() => openRunDirectory(outputDir)).toThrow(/there is no such folder/);
    mkdirSync(outputDir, { recursive: true });
    expect(() => openRunDirectory(outputDir)).toThrow(/holds no run/);
  });
});

describe('the list of runs', () => {
  it('has each run once, the latest first, without those whose folder is gone', () => {
    const startAt = (name: string, time: string) => {
      outputDir = join(folder, 'saves', name);
      new RunDirectory({
        outputDir,
        runFile: `model_name_or_path: ${name}\ndataset: a\n`,
        model: name,
        datasets: ['a'],
        cacheFolder: cache,
        now: () => new Date(time),
      }).close({ state: 'finished' });
    };
    startAt('old', '2026-01-01');
    startAt('gone', '2026-01-02');
    startAt('new', '2026-01-03');
    startAt('old', '2026-01-04');
    rmSync(join(folder, 'saves', 'gone'), { recursive: true });
    appendFileSync(join(cache, 'runs', 'index.jsonl'), 'garbage\n[]\nnull\n{"output_dir":');
    const expected = [
      ['old', '2026-01-04T00:00:00.000Z', 'old', 'a', 'finished'],
      ['new', '2026-01-03T00:00:00.000Z', 'new', 'a', 'finished'],
    ];
    const listed = () =>
      listRuns(cache).map(({ output_dir, started, model, dataset, view }) => [
        output_dir.split('/').at(-1),
        started,
        model,
        dataset,
        view.state,
      ]);
    expect(listed()).toEqual(expected);
    rmSync(cache, { recursive: true });
    expect(listed()).toEqual([]);
    expect(rebuildRunIndex([folder, join(folder, 'absent')], cache)).toBe(2);
    expect(listed()).toEqual(expected);
    expect(rebuildRunIndex([folder], cache)).toBe(2);
    expect(
      readFileSync(join(cache, 'runs', 'index.jsonl'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(2);
  });
});

/** The types of all events of a run, once it is over. */
async function typesOf(outputDir: string): Promise<string[]> {
  const types: string[] = [];
  for await (const { event } of followEvents(outputDir)) types.push(event.type);
  return types;
}

/** A run that logs a step, says so, and waits for its end. */
function waitingRun(outputDir: string, cache: string): string {
  return `
    import { RunDirectory } from ${JSON.stringify(new URL('./run-directory.ts', import.meta.url).href)};
    const directory = new RunDirectory({
      outputDir: ${JSON.stringify(outputDir)}, runFile: '', model: 'tiny', datasets: [], cacheFolder: ${JSON.stringify(cache)},
    });
    directory.emit(${JSON.stringify(stepEvent(1))});
    console.log('ready');
    setInterval(() => {}, 1000);
  `;
}
