/**
 * Lays out a training for everyone who is to run it: rows on disk in the order in which they are trained, a start
 * adapter, and settings in LLaMA-Factory's words. All programs then take the same batches in the same order.
 */
import { join } from 'node:path';
import { Random, writeJsonAtomic } from '../src/core/index.ts';
import {
  type EncodedSample,
  encodeSamples,
  planEpoch,
  rowsInMemory,
  type Sample,
} from '../src/data/index.ts';
import type { ResolvedModel } from '../src/hub/index.ts';
import { readSpec, writeAdapter } from '../src/load/index.ts';
import { initialLora, LINEAR_MODULES, loraParameters } from '../src/model/index.ts';
import { getTemplate, loadTokenizer, type Template, type Tokenizer } from '../src/text/index.ts';
import type { Row } from './rows.ts';

export interface TrainingPlan {
  readonly template: string;
  readonly batchSize: number;
  readonly cutoffLen: number;
  /** Steps that are run; the first is not timed. */
  readonly steps: number;
  readonly threads: number;
  /** @param tokensOf how many tokens a row has as it is trained */
  rows(tokensOf: (row: Row) => number): readonly Row[];
}

export interface PreparedTraining {
  readonly folder: string;
  /** Of a run file for any of the programs; where it leaves its results is theirs to add. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Ours alone. */
  readonly ownSettings: Readonly<Record<string, unknown>>;
  readonly adapter: string;
  /** Rows as tokens, in the order of training, for programs that read no text. */
  readonly encoded: readonly Pick<EncodedSample, 'inputIds' | 'labels'>[];
}

const LORA = { rank: 8, alpha: 16, rankStabilized: false, dropout: 0, modules: LINEAR_MODULES };
const SEED = 7;
export const DATASET = 'bench';

/** @param folder gets everything */
export async function prepareTraining(
  plan: TrainingPlan,
  model: ResolvedModel,
  folder: string,
): Promise<PreparedTraining> {
  const tokenizer = await loadTokenizer(model);
  const encode = encoderOf(plan, tokenizer, getTemplate(plan.template, tokenizer));
  const rows = plan.rows((row) => encode([row])[0]!.inputIds.length);
  const encoded = encode(rows);
  const { batchSize } = plan;
  const order = [
    ...planEpoch(rowsInMemory(encoded), { batchSize, shuffle: true, seed: SEED, epoch: 0 }),
  ].flat();
  const data = join(folder, 'data');
  writeDataset(
    data,
    order.map((index) => rows[encoded[index]!.origin.row - 1]!),
  );
  const adapter = join(folder, 'start-adapter');
  const parameters = loraParameters(readSpec(model), LORA);
  const values = initialLora(parameters, new Random(SEED));
  writeAdapter(adapter, { lora: LORA, parameters, values }, model.path);
  const settings = {
    model_name_or_path: model.path,
    adapter_name_or_path: adapter,
    template: plan.template,
    stage: 'sft',
    do_train: true,
    finetuning_type: 'lora',
    dataset: DATASET,
    dataset_dir: data,
    cutoff_len: plan.cutoffLen,
    disable_shuffling: true,
    per_device_train_batch_size: plan.batchSize,
    learning_rate: 5e-4,
    lr_scheduler_type: 'cosine',
    max_steps: plan.steps,
    logging_steps: 1,
    save_strategy: 'no',
    bf16: true,
    seed: SEED,
  };
  return {
    folder,
    settings,
    ownSettings: { ...settings, num_threads: plan.threads },
    adapter,
    encoded: order.map((index) => encoded[index]!),
  };
}

/** Rows as a data set of the name `bench`. */
export function writeDataset(folder: string, rows: readonly Row[]): void {
  writeJsonAtomic(join(folder, 'rows.json'), rows);
  const hasSystem = rows.some(({ system }) => system !== undefined);
  const columns = {
    prompt: 'instruction',
    query: 'input',
    response: 'output',
    ...(hasSystem && { system: 'system' }),
  };
  writeJsonAtomic(join(folder, 'dataset_info.json'), { [DATASET]: { file_name: 'rows.json', columns } });
}

function encoderOf({ cutoffLen }: TrainingPlan, tokenizer: Tokenizer, template: Template) {
  const settings = {
    cutoffLen,
    trainOnPrompt: false,
    maskHistory: false,
    enableThinking: true,
    truncation: 'keep',
  } as const;
  return (rows: readonly Row[]) => encodeSamples(rows.map(sampleOf), template, tokenizer, settings).encoded;
}

function sampleOf({ instruction, input, output, system }: Row, index: number): Sample {
  const question = [instruction, input].filter((part) => part !== '').join('\n');
  return {
    conversation: {
      messages: [
        { role: 'user', content: question },
        { role: 'assistant', content: output },
      ],
      ...(system !== undefined && { system }),
    },
    origin: { file: 'rows.json', row: index + 1 },
  };
}
