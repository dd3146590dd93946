/**
 * A model judged on labelled samples: by the exact probabilities of the labels, or by what it writes freely. The
 * same rows, prompts and template for every model, so that their figures compare.
 */
import { DataError, type OnProgress } from '../core/index.ts';
import type { Sample } from '../data/index.ts';
import { createEngine, generateAll, type Sampling, type ScoringMode } from '../infer/index.ts';
import type { adaptedDecoder, LoadedModel } from '../load/index.ts';
import type { Template } from '../text/index.ts';
import { labelOf, normalizeAnswer } from './answers.ts';
import { type JudgedRow, judgeModel, type ModelEvaluation } from './evaluation.ts';

/** Who is judged: a loaded model, with or without an adapter. */
export interface Candidate {
  readonly name: string;
  readonly model: LoadedModel;
  readonly decoder: ReturnType<typeof adaptedDecoder>;
}

export interface JudgeOptions {
  readonly template: Template;
  readonly enableThinking: boolean | null;
  readonly labels: readonly string[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface Judged {
  readonly evaluation: ModelEvaluation;
  /** Every row, in order. */
  readonly rows: readonly JudgedRow[];
}

const GREEDY: Sampling = { doSample: false, temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, seed: 0 };

/** The gold answer of a sample, without thoughts. */
export function truthOf({ conversation }: Sample): string {
  return normalizeAnswer(conversation.messages.at(-1)!.content);
}

/** What a row is judged by, before anybody answered it. */
export function rowOf(sample: Sample): Pick<JudgedRow, 'file' | 'row' | 'input' | 'truth'> {
  const asked = sample.conversation.messages.at(-2)!;
  return { ...sample.origin, input: asked.content, truth: truthOf(sample) };
}

/**
 * The labels to choose among: those given, or those that occur, in the order of their first row.
 * @throws DataError that names the first row whose answer is not in the list
 */
export function labelsOf(samples: readonly Sample[], given: readonly string[]): string[] {
  const found = [...new Set(samples.map(truthOf))];
  if (given.length === 0) return found;
  const stray = samples.find((sample) => labelOf(truthOf(sample), given) === undefined);
  if (stray) {
    const { file, row } = stray.origin;
    throw new DataError({
      en:
        `${file} row ${row}: the answer ${JSON.stringify(truthOf(stray))} is none of the labels (${given.join(', ')}); ` +
        'correct the row, or add it to labels',
      zh: `${file} 第 ${row} 行：答案 ${JSON.stringify(truthOf(stray))} 不在标签（${given.join('、')}）之中；请改正该行，或把它加入 labels`,
    });
  }
  return [...given];
}

/** Each row's most probable label. In mode `all` its probability is among the labels, in `argmax` among all answers. */
export async function judgeByLabels(
  { name, model, decoder }: Candidate,
  samples: readonly Sample[],
  { mode, ...options }: JudgeOptions & { readonly mode: ScoringMode },
): Promise<Judged> {
  const { labels, template, onProgress, signal } = options;
  const prompts = promptsOf(samples, model, options);
  const thinking = { enableThinking: options.enableThinking };
  const answers = labels.map((label) => template.encodeAnswer(model.tokenizer, label, thinking));
  const longest = Math.max(...answers.map((answer) => answer.length));
  await using engine = createEngine(decoder, model.arena, { contextLength: longestOf(prompts) + longest });
  const started = performance.now();
  const scores = await engine.classify({ prompts, labels: answers, mode, onProgress, signal });
  const seconds = (performance.now() - started) / 1000;
  const rows = samples.map((sample, index): JudgedRow => {
    const { winner, logProbability, logProbabilities } = scores[index]!;
    const total = logProbabilities?.reduce((sum, value) => sum + Math.exp(value - logProbability), 0) ?? 1;
    const probability = logProbabilities ? 1 / total : Math.exp(logProbability);
    return { ...rowOf(sample), prediction: labels[winner]!, probability };
  });
  return { evaluation: judgeModel({ model: name, judgedBy: 'labels', labels, rows, seconds }), rows };
}

/** What the model writes by itself, most likely token by token, compared with the labels. */
export async function judgeByAnswers(
  { name, model, decoder }: Candidate,
  samples: readonly Sample[],
  { maxNewTokens, ...options }: JudgeOptions & { readonly maxNewTokens: number },
): Promise<Judged> {
  const { labels, template, onProgress, signal } = options;
  const prompts = promptsOf(samples, model, options);
  const contextLength = longestOf(prompts) + maxNewTokens;
  await using engine = createEngine(decoder, model.arena, { contextLength });
  const stopTokens = stopIds(template, model);
  const started = performance.now();
  const generated = await generateAll(engine, prompts, {
    maxNewTokens,
    stopTokens,
    sampling: GREEDY,
    onProgress,
    signal,
  });
  const seconds = (performance.now() - started) / 1000;
  const rows = samples.map((sample, index): JudgedRow => {
    const answer = model.tokenizer.decode(generated[index]!, { skipSpecialTokens: true });
    const prediction = labelOf(answer, labels);
    return { ...rowOf(sample), ...(prediction !== undefined && { prediction }), answer };
  });
  return { evaluation: judgeModel({ model: name, judgedBy: 'answer', labels, rows, seconds }), rows };
}

/** Enough tokens for any label as a free answer, and for the longer ones that are none. */
export function answerLimit(
  { template, labels, enableThinking }: JudgeOptions,
  { tokenizer }: LoadedModel,
  maxNewTokens: number,
): number {
  // Thoughts come first, and nobody knows how long they are.
  if (template.reasoning && enableThinking !== false) return maxNewTokens;
  const lengths = labels.map((label) => template.encodeAnswer(tokenizer, label, { enableThinking }).length);
  return Math.min(maxNewTokens, Math.max(...lengths) + 8);
}

/** Tokens that end an answer. */
export function stopIds(template: Template, { tokenizer }: LoadedModel): Set<number> {
  const names = [...template.stopTokens, ...tokenizer.endTokens];
  return new Set(names.flatMap((token) => tokenizer.tokenToId(token) ?? []));
}

function longestOf(prompts: readonly (readonly number[])[]): number {
  return Math.max(...prompts.map((prompt) => prompt.length));
}

function promptsOf(
  samples: readonly Sample[],
  { tokenizer, spec }: LoadedModel,
  options: JudgeOptions,
): number[][] {
  return samples.map(({ conversation, origin }) => {
    const asked = { ...conversation, messages: conversation.messages.slice(0, -1) };
    const prompt = options.template.encodePrompt(tokenizer, asked, {
      enableThinking: options.enableThinking,
    });
    if (prompt.length >= spec.maxPositions) {
      throw new DataError({
        en:
          `${origin.file} row ${origin.row}: its prompt has ${prompt.length} tokens, the model takes ` +
          `${spec.maxPositions} with the answer; shorten the row`,
        zh: `${origin.file} 第 ${origin.row} 行：提示有 ${prompt.length} 个 token，连同回答超过模型的上限 ${spec.maxPositions}；请缩短该行`,
      });
    }
    return prompt;
  });
}
