/** do_predict: answers every row of eval_dataset, in LLaMA-Factory's generated_predictions.jsonl. */
import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../config/index.ts';
import { DataError, messageOf, StorageError } from '../core/index.ts';
import type { Sample } from '../data/index.ts';
import { stopIds } from '../evaluate/index.ts';
import { createEngine, generateAll, type Sampling } from '../infer/index.ts';
import { adaptedDecoder, baseDecoder } from '../load/index.ts';
import { PREDICTIONS_FILE, type RunDirectory } from '../runs/index.ts';
import type { RunSession } from '../train/index.ts';

/** Where lines gather until all are there. */
const PARTIAL_FILE = 'generated_predictions.partial.jsonl';

/** Rows answered side by side, and then written. */
const ROWS = 16;

interface PredictOptions {
  readonly run: RunDirectory;
  readonly signal?: AbortSignal;
}

interface Question {
  readonly prompt: number[];
  readonly label: number[];
}

/** @throws DataError when a prompt leaves no room for an answer */
export async function predict(
  { config, text, rows, model, adapter }: RunSession,
  { run, signal }: PredictOptions,
): Promise<'finished' | 'stopped'> {
  const { template, fitted } = text;
  const isTuned = config.do_train || config.adapter_name_or_path.length > 0;
  const decoder = isTuned ? adaptedDecoder(model, adapter) : baseDecoder(model);
  const enableThinking = { enableThinking: config.enable_thinking };
  const questions = rows.questions.map((sample): Question => {
    const { messages } = sample.conversation;
    const asked = { ...sample.conversation, messages: messages.slice(0, -1) };
    const prompt = template.encodePrompt(fitted, asked, enableThinking);
    checkRoom(sample, prompt.length, model.spec.maxPositions);
    return { prompt, label: template.encodeAnswer(fitted, messages.at(-1)!.content, enableThinking) };
  });
  const longest = Math.max(...questions.map(({ prompt }) => prompt.length));
  const contextLength = Math.min(longest + config.max_new_tokens, model.spec.maxPositions);
  await using engine = createEngine(decoder, model.arena, { contextLength });
  const stopTokens = stopIds(template, { ...model, tokenizer: fitted });
  const decode = (ids: readonly number[]) =>
    fitted.decode(ids, { skipSpecialTokens: config.skip_special_tokens });
  const partial = new PartialFile(run.path);
  const started = performance.now();
  for (let start = 0; start < questions.length; start += ROWS) {
    const chunk = questions.slice(start, start + ROWS);
    let answers: number[][];
    try {
      const prompts = chunk.map(({ prompt }) => prompt);
      const sampling = samplingOf(config, start);
      answers = await generateAll(engine, prompts, {
        maxNewTokens: config.max_new_tokens,
        stopTokens,
        sampling,
        signal,
      });
    } catch (error) {
      if (signal?.aborted) return 'stopped';
      throw error;
    }
    partial.append(
      chunk.map(({ prompt, label }, index) => ({
        prompt: fitted.decode(prompt),
        predict: decode(answers[index]!),
        label: decode(label),
      })),
    );
    const done = start + chunk.length;
    run.emit({ type: 'progress', task: 'predict', done, total: questions.length, unit: 'rows' });
  }
  partial.finish();
  const seconds = (performance.now() - started) / 1000;
  run.saveResults('predict', {
    predict_runtime: seconds,
    predict_samples_per_second: questions.length / seconds,
  });
  return 'finished';
}

/** Lines that can be read while they gather; under their final name only when all are there. */
class PartialFile {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#guard(() => {
      rmSync(join(folder, PREDICTIONS_FILE), { force: true });
      writeFileSync(join(folder, PARTIAL_FILE), '');
    });
  }

  append(lines: readonly object[]): void {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    this.#guard(() => appendFileSync(join(this.#folder, PARTIAL_FILE), text));
  }

  finish(): void {
    this.#guard(() => renameSync(join(this.#folder, PARTIAL_FILE), join(this.#folder, PREDICTIONS_FILE)));
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw new StorageError(
        {
          en: `write ${join(this.#folder, PARTIAL_FILE)}: ${messageOf(error)}; free some space or choose another output_dir`,
          zh: `写入 ${join(this.#folder, PARTIAL_FILE)}：${messageOf(error, 'zh')}；请腾出空间，或换一个 output_dir`,
        },
        error,
      );
    }
  }
}

/** Each chunk of rows draws by a seed of its own. */
function samplingOf(config: RunConfig, start: number): Sampling {
  return {
    doSample: config.do_sample,
    temperature: config.temperature,
    topK: config.top_k,
    topP: config.top_p,
    repetitionPenalty: config.repetition_penalty,
    seed: config.seed + start,
  };
}

function checkRoom({ origin }: Sample, tokens: number, maxPositions: number): void {
  if (tokens < maxPositions) return;
  throw new DataError({
    en: `${origin.file} row ${origin.row}: its prompt has ${tokens} tokens, the model takes ${maxPositions} with the answer; shorten the row`,
    zh: `${origin.file} 第 ${origin.row} 行：提示有 ${tokens} 个 token，连同回答超过模型的上限 ${maxPositions}；请缩短该行`,
  });
}
