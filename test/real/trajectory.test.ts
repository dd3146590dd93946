/**
 * Two trainings of a real model against LLaMA-Factory's own, ten steps each: encoding, loss, gradient norm, optimizer
 * and schedule at once, from the rows to the log.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveRunConfig } from '../../src/config/index.ts';
import { writeFileAtomic, writeJsonAtomic } from '../../src/core/index.ts';
import { writeSafetensors } from '../../src/files/index.ts';
import { Device, fromFloat32, readTensor } from '../../src/graph/index.ts';
import { resolveModel } from '../../src/hub/index.ts';
import { type LoadedModel, loadModel, writeAdapter } from '../../src/load/index.ts';
import { LINEAR_MODULES, weightSpecs } from '../../src/model/index.ts';
import { RunDirectory, readTrainerState } from '../../src/runs/index.ts';
import { openRunSession, train } from '../../src/train/index.ts';
import { GOLDEN, goldenJson } from '../support/golden.ts';
import { sineAdapter } from '../support/tiny-model.ts';

/** f32 sums of another order; PyTorch on another CPU lies as far away. */
const TOLERANCE = 1e-3;
const THREADS = 2;

const FOLDER = join(GOLDEN, 'trajectory');
const LORA = { rank: 8, alpha: 16, rankStabilized: false, dropout: 0, modules: LINEAR_MODULES };
const START = { A: 0.03, B: 0.002 };
const COMMON = {
  stage: 'sft',
  do_train: true,
  template: 'chatml',
  dataset_dir: join(FOLDER, 'data'),
  disable_shuffling: true,
  learning_rate: 5e-4,
  weight_decay: 0.01,
  max_steps: 10,
  per_device_train_batch_size: 4,
  logging_steps: 1,
  save_strategy: 'no',
  num_threads: THREADS,
};

interface LoggedStep {
  readonly step: number;
  readonly loss: number;
  readonly grad_norm: number;
  readonly learning_rate: number;
}

let folder: string;
let model: string;
let adapter: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trajectory-'));
  model = join(folder, 'model');
  adapter = join(folder, 'adapter');
  using device = Device.cpu(THREADS);
  using starter = await loadModel(await resolveModel('starter:smollm2-135m-instruct'), device, {
    dtype: 'f32',
  });
  writeRounded(starter, model);
  using start = sineAdapter(starter, LORA, START);
  const values = new Float32Array(start.flat.shape[0]!);
  readTensor(start.flat, values);
  writeAdapter(adapter, { ...start, values }, model);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('LLaMA-Factory’s losses and gradient norms are met at every step', () => {
  it.each([
    [
      'alpaca_zh_40',
      {
        dataset: 'alpaca_zh_demo',
        cutoff_len: 512,
        lr_scheduler_type: 'cosine',
        warmup_steps: 2,
        max_grad_norm: 1,
      },
    ],
    [
      'identity_80',
      { dataset: 'identity', cutoff_len: 256, gradient_accumulation_steps: 2, max_grad_norm: 0.5 },
    ],
  ])('%s', async (name, settings) => {
    const output_dir = join(folder, name);
    const given = { model_name_or_path: model, adapter_name_or_path: adapter, output_dir };
    const config = resolveRunConfig({ ...COMMON, ...settings, ...given });
    const run = new RunDirectory({
      outputDir: output_dir,
      runFile: '',
      model,
      datasets: config.dataset,
      cacheFolder: join(folder, 'cache'),
    });
    using session = await openRunSession(config, {
      model: await resolveModel(model),
      outputDir: run.path,
      onEvent: (event) => run.emit(event),
    });
    await train(session, { run, language: 'en' });
    run.close({ state: 'finished' });
    const expected = goldenJson<LoggedStep[]>('trajectory', `${name}.json`);
    const logged = readTrainerState(run.path).log_history.slice(0, expected.length);
    const apart = expected.map((step, index) => differences(logged[index] as unknown as LoggedStep, step));
    console.log(`${name}: largest relative differences`, largest(apart));
    for (const difference of apart) {
      expect(difference.loss, `loss of step ${difference.step}`).toBeLessThan(TOLERANCE);
      expect(difference.norm, `gradient norm of step ${difference.step}`).toBeLessThan(TOLERANCE);
      expect(difference.rate, `learning rate of step ${difference.step}`).toBeLessThan(1e-9);
    }
  });
});

function differences(actual: LoggedStep, expected: LoggedStep) {
  expect(actual.step).toBe(expected.step);
  const relative = (a: number, b: number) => Math.abs(a - b) / Math.max(Math.abs(b), Number.MIN_VALUE);
  return {
    step: expected.step,
    loss: relative(actual.loss, expected.loss),
    norm: relative(actual.grad_norm, expected.grad_norm),
    rate: relative(actual.learning_rate, expected.learning_rate),
  };
}

function largest(apart: readonly { loss: number; norm: number }[]) {
  return {
    loss: Math.max(...apart.map(({ loss }) => loss)).toExponential(1),
    norm: Math.max(...apart.map(({ norm }) => norm)).toExponential(1),
  };
}

/** The model as a Hugging Face folder, each weight rounded to bfloat16. */
function writeRounded(starter: LoadedModel, path: string): void {
  const tensors = weightSpecs(starter.spec).map(({ name, shape }) => ({
    name,
    dtype: 'bf16' as const,
    shape,
    data: () => [roundedWeight(starter, name)],
  }));
  writeSafetensors(join(path, 'model.safetensors'), tensors, { format: 'pt' });
  writeJsonAtomic(join(path, 'config.json'), { ...starter.config, dtype: 'bfloat16' });
  for (const [name, content] of starter.tokenizer.files()) {
    writeFileAtomic(join(path, name), name === 'tokenizer.json' ? withDigitsTogether(content) : content);
  }
}

/** Transformers' conversion of a GGUF, which LLaMA-Factory trained with, does not cut numbers into digits. */
function withDigitsTogether(text: string): string {
  const tokenizer = JSON.parse(text) as {
    pre_tokenizer: { pretokenizers: { pattern?: { Regex: string } }[] };
  };
  const { pretokenizers } = tokenizer.pre_tokenizer;
  expect(pretokenizers[0]?.pattern?.Regex).toBe('\\p{N}');
  return JSON.stringify({
    ...tokenizer,
    pre_tokenizer: { ...tokenizer.pre_tokenizer, pretokenizers: pretokenizers.slice(1) },
  });
}

function roundedWeight({ weights }: LoadedModel, name: string): Uint8Array {
  const { attributes, shape } = weights.get(name);
  const { tensor } = attributes as { tensor: Parameters<typeof readTensor>[0] };
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  readTensor(tensor, values);
  return fromFloat32(values, 'bf16');
}
