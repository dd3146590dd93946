import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GOLDEN } from '../../test/support/golden.ts';
import { tinySettings } from '../../test/support/tiny-run.ts';
import { resolveRunConfig } from '../config/index.ts';
import { TunesmithError } from '../core/index.ts';
import { readAdapter, readArrays, readSpec } from '../load/index.ts';
import {
  listCheckpoints,
  openRunDirectory,
  RunDirectory,
  type RunEvent,
  readResults,
  readTrainerLog,
  readTrainerState,
} from '../runs/index.ts';
import { evaluate, openRunSession, train } from './index.ts';

let folder: string;
let base: Record<string, unknown>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'train-'));
  base = tinySettings(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Watch {
  /** Stops the training at this event. */
  readonly stopAt?: (event: RunEvent) => boolean;
}

/** Trains in this process, as a job does. */
async function runOnce(settings: Record<string, unknown>, { stopAt }: Watch = {}) {
  const config = resolveRunConfig(base, settings);
  const controller = new AbortController();
  const events: RunEvent[] = [];
  const path = config.model_name_or_path;
  const run = new RunDirectory({
    outputDir: config.output_dir!,
    runFile: '',
    model: path,
    datasets: config.dataset,
    cacheFolder: join(folder, 'cache'),
    onEvent(event) {
      events.push(event);
      if (stopAt?.(event)) controller.abort();
    },
  });
  try {
    using session = await openRunSession(config, {
      model: { kind: 'folder', path, name: 'tiny' },
      outputDir: run.path,
      onEvent: (event) => run.emit(event),
    });
    const trained = await train(session, { run, signal: controller.signal, language: 'en' });
    if (trained.end === 'finished' && config.do_eval) await evaluate(session, { run, trained });
    run.close({ state: trained.end });
    return { events, end: trained.end, path: run.path, device: session.model.device };
  } catch (error) {
    run.close({ state: 'failed' });
    throw error;
  }
}

const atStep = (step: number) => (event: RunEvent) => event.type === 'step' && event.step === step;
const out = (name: string) => join(folder, name);
const adapterBytes = (path: string) => readFileSync(join(path, 'adapter_model.safetensors'));

/** What was logged, without what depends on the clock. */
function history(path: string) {
  return readTrainerState(path).log_history.map((record) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => !/runtime|per_second/.test(key))),
  );
}

describe('rows on disk', () => {
  const losses = (events: readonly RunEvent[]) =>
    events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));

  it('trains the same with streaming, and again out of what was tokenized before', async () => {
    const inMemory = await runOnce({
      output_dir: out('a'),
      max_steps: 8,
      val_size: 5,
      eval_strategy: 'epoch',
    });
    const streamed = { max_steps: 8, val_size: 5, eval_strategy: 'epoch', streaming: true, buffer_size: 4 };
    for (const name of ['b', 'c']) {
      const { events, path } = await runOnce({ output_dir: out(name), ...streamed });
      expect(losses(events)).toEqual(losses(inMemory.events));
      expect(adapterBytes(path)).toEqual(adapterBytes(inMemory.path));
    }
    await expect(runOnce({ output_dir: out('d'), streaming: true })).rejects.toThrow(
      /streaming needs max_steps/,
    );
  });

  it('saves them in tokenized_path, and trains from there whatever the data say', async () => {
    const tokenized_path = out('tokenized');
    const settings = { val_size: 5, eval_strategy: 'epoch', tokenized_path };
    const saved = await runOnce({ output_dir: out('a'), ...settings });
    const taken = await runOnce({ output_dir: out('b'), ...settings, max_samples: 3, val_size: 1 });
    expect(losses(taken.events)).toEqual(losses(saved.events));
    expect(history(taken.path)).toEqual(history(saved.path));
  });
});

describe('a training', () => {
  it('learns its rows and leaves what LLaMA-Factory leaves', async () => {
    const { events, end, path, device } = await runOnce({
      num_train_epochs: 8,
      lr_scheduler_type: 'cosine',
      warmup_steps: 0.1,
      plot_loss: true,
      save_strategy: 'no',
    });
    expect(end).toBe('finished');
    const log = readTrainerLog(path);
    const losses = log.flatMap((line) => line.loss ?? []);
    expect(losses).toHaveLength(40);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 4);
    expect(log[0]).toMatchObject({ current_steps: 1, total_steps: 40, lr: 0, epoch: 0.2, percentage: 2.5 });
    expect(log[4]!.lr).toBeCloseTo(5e-3, 10);
    expect(log[0]!.total_tokens).toBeGreaterThan(0);
    const steps = events.filter((event) => event.type === 'step');
    expect(steps.map(({ loss }) => loss)).toEqual(losses);
    const results = readResults(path, 'all')!;
    expect(results).toEqual(readResults(path, 'train'));
    expect(results['train_loss']).toBeCloseTo(losses.reduce((a, b) => a + b) / 40, 12);
    expect(results).toMatchObject({ epoch: 8, num_input_tokens_seen: steps.at(-1)!.totalTokens });
    expect(results['train_samples_per_second']! * results['train_runtime']!).toBeCloseTo(160, 6);
    expect(readTrainerState(path)).toMatchObject({ global_step: 40, max_steps: 40, num_train_epochs: 8 });
    const adapter = readAdapter(path, readSpec({ kind: 'folder', path: join(GOLDEN, 'models', 'llama') }));
    expect(adapter.lora).toMatchObject({ rank: 8, alpha: 16, dropout: 0 });
    expect(readdirSync(path)).toEqual(
      expect.arrayContaining(['tokenizer.json', 'tokenizer_config.json', 'training_loss.png']),
    );
    expect(listCheckpoints(path)).toEqual([]);
    expect(device.live).toEqual({ buffers: 0, bytes: 0 });
  });

  it('sums up micro batches to the step that one large batch makes', async () => {
    const settings = { disable_shuffling: true, save_strategy: 'no', max_steps: 5 };
    const whole = await runOnce({ ...settings, output_dir: out('whole') });
    const parts = await runOnce({
      ...settings,
      output_dir: out('parts'),
      per_device_train_batch_size: 3,
      gradient_accumulation_steps: 2,
      per_device_eval_batch_size: 3,
    });
    // 20 rows in batches of 3, two a step: 6 6 6 and a last step of 2; the whole: 4 a step.
    const rowsOf = (events: readonly RunEvent[]) =>
      events.flatMap((event) => (event.type === 'step' ? [event.epoch] : []));
    expect(rowsOf(whole.events)).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    expect(rowsOf(parts.events)).toEqual([2 / 7, 4 / 7, 6 / 7, 1, 1 + 2 / 7]);
    const six = await runOnce({ ...settings, output_dir: out('six'), per_device_train_batch_size: 6 });
    const lossOf = (path: string) => readTrainerState(path).log_history[0]!['loss']!;
    expect(lossOf(parts.path)).toBeCloseTo(lossOf(six.path), 5);
  });

  it('measures and saves when its settings say so, and ends with the best', async () => {
    const { path, events } = await runOnce({
      eval_dataset: 'held_out',
      eval_strategy: 'steps',
      eval_steps: 3,
      save_steps: 3,
      save_total_limit: 2,
      load_best_model_at_end: true,
      learning_rate: 0.05,
      per_device_eval_batch_size: 3,
    });
    const state = readTrainerState(path);
    const measured = state.log_history.flatMap((record) =>
      record['eval_loss'] === undefined ? [] : [[record['step']!, record['eval_loss']] as const],
    );
    // The first ten are the training's; the last one, of the best model, comes after trainer_state.json.
    expect(measured.map(([step]) => step)).toEqual([3, 6, 9, 10]);
    const [bestStep, bestLoss] = measured.toSorted((a, b) => a[1] - b[1])[0]!;
    expect(state).toMatchObject({ best_global_step: bestStep, best_metric: bestLoss });
    expect(state.best_model_checkpoint).toBe(join(path, `checkpoint-${bestStep}`));
    expect(adapterBytes(path)).toEqual(adapterBytes(join(path, `checkpoint-${bestStep}`)));
    expect(new Set(listCheckpoints(path).map(({ step }) => step))).toEqual(
      new Set(bestStep === 10 ? [9, 10] : [bestStep, 10]),
    );
    expect(readResults(path, 'eval')!['eval_loss']).toBe(bestLoss);
    expect(events.filter(({ type }) => type === 'checkpoint')).toHaveLength(4);
  });

  it('starts from adapters: the last is trained on, the others and all with create_new_adapter are merged', async () => {
    const first = await runOnce({ output_dir: out('first'), save_strategy: 'no', lora_rank: 4 });
    const lossAfter = history(first.path).at(-2)!['loss']!;
    const start = async (settings: Record<string, unknown>, name: string) => {
      const { path } = await runOnce({
        output_dir: out(name),
        adapter_name_or_path: first.path,
        max_steps: 1,
        save_strategy: 'no',
        disable_shuffling: true,
        per_device_train_batch_size: 20,
        ...settings,
      });
      return { path, loss: history(path)[0]!['loss']! };
    };
    const goesOn = await start({}, 'on');
    const anew = await start({ create_new_adapter: true, lora_rank: 2 }, 'new');
    const both = await start({ adapter_name_or_path: `${first.path},${first.path}` }, 'both');
    expect(goesOn.loss).toBeLessThan(lossAfter * 1.5);
    expect(anew.loss).toBeCloseTo(goesOn.loss, 4);
    expect(both.loss).not.toBeCloseTo(goesOn.loss, 2);
    const spec = readSpec({ kind: 'folder', path: join(GOLDEN, 'models', 'llama') });
    expect(readAdapter(goesOn.path, spec).lora.rank).toBe(4);
    expect(readAdapter(anew.path, spec).lora.rank).toBe(2);
  });

  it('names rows that it cut or left out', async () => {
    const { path, events } = await runOnce({ cutoff_len: 64, save_strategy: 'no' });
    const findings = readFileSync(join(path, 'findings.jsonl'), 'utf8').trim().split('\n');
    const told = events.filter(({ type }) => type === 'finding');
    expect(findings.length).toBeGreaterThan(0);
    expect(told.length).toBe(Math.min(5, findings.length));
    expect(JSON.parse(findings[0]!)).toMatchObject({ file: expect.stringContaining('tickets.json') });
  });
});

describe('a training that was stopped goes on as if it had not been', () => {
  const cases: [name: string, settings: Record<string, unknown>, stops: number[]][] = [
    ['in given order', { disable_shuffling: true }, [3]],
    [
      'shuffled, with dropout and accumulation',
      { lora_dropout: 0.2, gradient_accumulation_steps: 2 },
      [2, 5],
    ],
    ['logging and measuring across the stop', { logging_steps: 4, ...measuring(3) }, [2, 7]],
    [
      'stopped where it also saves and measures',
      { save_steps: 2, ...measuring(2), save_total_limit: 1 },
      [4],
    ],
    ['saving models only', { save_only_model: true, save_steps: 3 }, [3]],
  ];
  it.each(cases)('%s', async (_, settings, stops) => {
    const whole = await runOnce({ ...settings, output_dir: out('whole') });
    for (const stop of stops) {
      const part = await runOnce({ ...settings, output_dir: out('parts') }, { stopAt: atStep(stop) });
      expect(part.end).toBe('stopped');
      expect(listCheckpoints(out('parts')).at(-1)!.step).toBe(stop);
    }
    const rest = await runOnce({ ...settings, output_dir: out('parts') });
    expect(rest.end).toBe('finished');
    expect(history(rest.path)).toEqual(history(whole.path));
    expect(readTrainerState(rest.path).num_input_tokens_seen).toBe(
      readTrainerState(whole.path).num_input_tokens_seen,
    );
    expect(adapterBytes(rest.path).equals(adapterBytes(whole.path))).toBe(true);
    expect(readResults(rest.path, 'train')!['train_loss']).toBe(
      readResults(whole.path, 'train')!['train_loss'],
    );
    const moments = (path: string) =>
      readArrays(join(listCheckpoints(path).at(-1)!.path, 'optimizer.safetensors'));
    expect(moments(rest.path)).toEqual(moments(whole.path));
    const lines = (path: string) =>
      readTrainerLog(path).map(({ current_steps, loss }) => [current_steps, loss]);
    expect(lines(rest.path)).toEqual(lines(whole.path));
  });

  it('also when the stop comes while it measures', async () => {
    const settings = { ...measuring(4), save_steps: 5 };
    const whole = await runOnce({ ...settings, output_dir: out('whole') });
    const isMeasuring = (event: RunEvent) => event.type === 'progress' && event.task === 'evaluate';
    const part = await runOnce({ ...settings, output_dir: out('parts') }, { stopAt: isMeasuring });
    expect(part.end).toBe('stopped');
    expect(history(part.path).at(-1)).toMatchObject({ step: 4, loss: expect.any(Number) });
    const rest = await runOnce({ ...settings, output_dir: out('parts') });
    expect(history(rest.path)).toEqual(history(whole.path));
  });

  it('and a finished one has nothing left to do', async () => {
    const first = await runOnce({});
    const before = adapterBytes(first.path);
    const again = await runOnce({});
    expect(again.events.filter(({ type }) => type === 'step')).toEqual([]);
    expect(adapterBytes(again.path).equals(before)).toBe(true);
    expect(openRunDirectory(again.path).state).toBe('finished');
  });
});

describe('what cannot be trained is said in one sentence', () => {
  const cases: [name: string, settings: Record<string, unknown>, problem: RegExp][] = [
    [
      'an exploding loss',
      { learning_rate: 1e30 },
      /^train: the (loss|gradient) of step \d+ is (NaN|Infinity).*lower learning_rate/,
    ],
    ['an unknown template', { template: 'qwen33' }, /^template: .*qwen33/],
    ['an unknown data set', { dataset: 'tickts' }, /tickts.*tickets/],
    ['a layer that is not there', { lora_target: 'query' }, /^lora_target: query is no linear layer/],
    [
      'an adapter that is none',
      { adapter_name_or_path: '/nowhere' },
      /^\/nowhere: holds no adapter_config.json/,
    ],
    ['rows of too few', { val_size: 30 }, /val_size 30 takes 30 of 20 rows/],
    [
      'a checkpoint that is none',
      { resume_from_checkpoint: '/nowhere' },
      /\/nowhere is no complete checkpoint/,
    ],
  ];
  it.each(cases)('%s', async (_, settings, problem) => {
    const error = await runOnce(settings).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TunesmithError);
    expect((error as Error).message).toMatch(problem);
    expect(existsSync(join(folder, 'out', 'adapter_model.safetensors'))).toBe(false);
  });

  it('rows longer than the model can be', async () => {
    const rows = [{ instruction: 'word '.repeat(400), output: 'x' }];
    writeFileSync(join(folder, 'data', 'tickets.json'), JSON.stringify(rows));
    writeFileSync(
      join(folder, 'data', 'dataset_info.json'),
      JSON.stringify({ tickets: { file_name: 'tickets.json' } }),
    );
    await expect(runOnce({})).rejects.toThrow(/1 rows? ha.* more tokens than .*512.*row 1 of .*tickets.json/);
  });

  it('a checkpoint of other settings, or without an optimizer', async () => {
    await runOnce({ save_only_model: true });
    await expect(runOnce({ lora_rank: 4 })).rejects.toThrow(/lora_rank 8.* than the run's \(lora_rank 4/);
    await expect(runOnce({})).rejects.toThrow(/checkpoint-10 holds no optimizer.safetensors/);
  });
});

function measuring(steps: number): Record<string, unknown> {
  return {
    eval_dataset: 'held_out',
    eval_strategy: 'steps',
    eval_steps: steps,
    per_device_eval_batch_size: 3,
  };
}
