/**
 * Everything that a run works with, opened in the order in which mistakes are cheapest: text and rows first, then
 * whether memory suffices, then the model with its adapter. Training and measuring share it.
 */
import type { RunConfig } from '../config/index.ts';
import { type Bilingual, ConfigError, formatBytes, told } from '../core/index.ts';
import type { FetchFiles } from '../data/index.ts';
import type { Device } from '../graph/index.ts';
import {
  createAdapter,
  type LoadedAdapter,
  type LoadedModel,
  loadAdapter,
  loadModel,
  mergeAdapter,
  nativeNote,
  openDevice,
  readSpec,
  type WeightDtype,
} from '../load/index.ts';
import type { DecoderSpec } from '../model/index.ts';
import { type Checkpoint, checkpointToResume, type OnRunEvent } from '../runs/index.ts';
import { planAdapters } from './adapter-plan.ts';
import { EvaluationBatches, TrainingBatches } from './batches.ts';
import { reportFindings } from './findings.ts';
import { LoraTrainer } from './lora-trainer.ts';
import { checkMemory } from './memory-check.ts';
import { thinnedProgress } from './progress.ts';
import { type ModelFiles, openRows, openText, type RunRows, type RunText } from './rows.ts';
import { StepPlan } from './step-plan.ts';

export interface RunSession extends Disposable {
  readonly config: RunConfig;
  readonly text: RunText;
  readonly rows: RunRows;
  readonly plan: StepPlan;
  readonly batches: { readonly training: TrainingBatches; readonly evaluation: EvaluationBatches };
  readonly model: LoadedModel;
  readonly adapter: LoadedAdapter;
  readonly trainer: LoraTrainer;
  /** Where the training goes on from, if it does. */
  readonly resumed: Checkpoint | undefined;
}

export interface SessionOptions {
  readonly model: ModelFiles;
  /** Brings data sets of hubs here; they are refused without. */
  readonly fetchFiles?: FetchFiles | undefined;
  /** The folder of the run. */
  readonly outputDir: string;
  readonly onEvent: OnRunEvent;
  /** Ends the reading of rows, which may take long, by a RunError. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws ConfigError, DataError, ModelError, MemoryError, RunError: before anything large is loaded, where possible */
export async function openRunSession(
  config: RunConfig,
  { model: files, fetchFiles, outputDir, onEvent, signal }: SessionOptions,
): Promise<RunSession> {
  const onProgress = thinnedProgress(onEvent);
  const resumed = config.do_train ? checkpointToResume({ ...config, output_dir: outputDir }) : undefined;
  const text = await openText(config, files);
  const onNote = (note: Bilingual) => onEvent({ type: 'log', level: 'info', ...told(note) });

  const opened: Disposable[] = [];
  const keep = <T extends Disposable>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  const dispose = () => {
    for (const resource of opened.reverse()) resource[Symbol.dispose]();
  };
  try {
    const rows = keep(await openRows(config, { model: files, text, fetchFiles, onProgress, onNote, signal }));
    reportFindings(outputDir, rows.findings, onEvent);
    const spec = readSpec(files);
    checkLengths(rows, spec);
    const adapters = planAdapters(config, spec, resumed);
    const dtype: WeightDtype = config.bf16 ? 'bf16' : 'f32';
    const plan = new StepPlan(rows.train.length, config);
    const batches = {
      training: new TrainingBatches(rows.train, plan, {
        batchSize: config.per_device_train_batch_size,
        shuffle: !config.disable_shuffling,
        seed: config.data_seed,
        // Dropout gives each row its own masks, also where the tokens are the same.
        sharePrefix: adapters.lora.dropout === 0,
      }),
      evaluation: new EvaluationBatches(rows.evaluation, {
        batchSize: config.per_device_eval_batch_size,
        sharePrefix: true,
      }),
    };
    const needs = checkMemory(
      {
        spec,
        dtype,
        lora: adapters.lora,
        training: rows.train.length > 0 ? batches.training.largest() : [],
        evaluation: batches.evaluation.largest(),
      },
      config,
    );

    const device = keep(openDevice({ name: config.device, threads: config.num_threads }));
    onNote(describe(device, dtype, needs?.totalBytes));
    const note = nativeNote();
    if (note) onNote(note);
    const model = keep(await loadModel(files, device, { dtype, tokenizer: text.tokenizer, onProgress }));
    for (const folder of adapters.merged) await mergeAdapter(folder, model);
    const adapter = keep(
      adapters.from === undefined
        ? createAdapter(adapters.lora, model, config.seed)
        : loadAdapter(adapters.from, model),
    );
    const trainer = keep(
      new LoraTrainer(model, adapter, model.arena, {
        beta1: config.adam_beta1,
        beta2: config.adam_beta2,
        epsilon: config.adam_epsilon,
        weightDecay: config.weight_decay,
        maxGradNorm: config.max_grad_norm,
        seed: config.seed,
      }),
    );
    return {
      config,
      text,
      rows,
      plan,
      batches,
      model,
      adapter,
      trainer,
      resumed,
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

function checkLengths({ train, evaluation }: RunRows, { maxPositions }: DecoderSpec): void {
  let count = 0;
  let first: { readonly file: string; readonly row: number; readonly tokens: number } | undefined;
  for (const rows of [train, evaluation]) {
    for (let position = 0; position < rows.length; position++) {
      const tokens = rows.tokenCount(position);
      if (tokens <= maxPositions) continue;
      first ??= { ...rows.at(position).origin, tokens };
      count++;
    }
  }
  if (!first) return;
  throw new ConfigError({
    en:
      `train: ${count} rows have more tokens than the model's max_position_embeddings ${maxPositions}; ` +
      `the first is row ${first.row} of ${first.file} with ${first.tokens}; set cutoff_len to ${maxPositions} or less`,
    zh: `训练：有 ${count} 行的 token 数超过模型的 max_position_embeddings ${maxPositions}；首个是 ${first.file} 第 ${first.row} 行，有 ${first.tokens} 个；请把截断长度 cutoff_len 设为 ${maxPositions} 或更小`,
  });
}

function describe(device: Device, dtype: WeightDtype, bytes: number | undefined): Bilingual {
  const { name, description, threads } = device;
  const memory = bytes === undefined ? undefined : formatBytes(bytes);
  return {
    en: `device: ${name} (${description}), ${threads} ${threads === 1 ? 'thread' : 'threads'}, weights in ${dtype}${memory ? `, about ${memory} of memory` : ''}`,
    zh: `设备：${name}（${description}），${threads} 个线程，${dtype} 权重${memory ? `，约需内存 ${memory}` : ''}`,
  };
}
