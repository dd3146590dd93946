/**
 * A teacher adds to each row of a data set what its task says. Rows are asked side by side; what was answered is kept, so
 * that an interrupted run goes on where it was and pays for no row twice.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  ConfigError,
  cacheFolder,
  DataError,
  type Language,
  type OnProgress,
  reasonIn,
  reasonOf,
  textOf,
} from '../core/index.ts';
import {
  type DatasetPlace,
  datasetNames,
  loadDatasets,
  type RowFinding,
  type Sample,
  writeSamples,
} from '../data/index.ts';
import { EndpointError, type EndpointSettings } from '../evaluate/index.ts';
import { answerOf, type EnrichedSample, type EnrichTask, questionOf, TASKS } from './tasks.ts';
import { Teacher, type TeacherAnswer } from './teacher.ts';

export interface EnrichOptions extends DatasetPlace {
  readonly task: EnrichTask;
  /** Name of the data set that is written. */
  readonly as: string;
  readonly isReplaced: boolean;
  readonly endpoint: EndpointSettings;
  /** Of the task's own prompts. */
  readonly language: Language;
  /** A prompt of the user's own, with the same placeholders. */
  readonly prompt?: string | undefined;
  /** Whether the teacher is told the row's answer. */
  readonly isTold: boolean;
  /** Versions that a paraphrase asks for. */
  readonly count: number;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly maxSamples?: number | undefined;
  readonly onProgress?: OnProgress;
  /** Told what has been asked so far, after every answer. */
  readonly onUsage?: (usage: TeacherUsage) => void;
  readonly signal?: AbortSignal;
}

/** What a teacher was asked for. */
export interface TeacherUsage {
  /** Requests that were answered, and answers that were there from before. */
  readonly asked: number;
  readonly kept: number;
  /** Of the requests that were answered. */
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface EnrichedDataset extends TeacherUsage {
  readonly name: string;
  readonly file: string;
  readonly rows: number;
  /** Rows without a usable answer, which are not in it. */
  readonly findings: readonly RowFinding[];
  /** Of the rows whose answers the teacher was not told: how often it says the same. Only of task label. */
  readonly agreement?: number;
}

/** So many failures one after the other, and nobody is there. */
const MAX_FAILURES_IN_A_ROW = 20;
const MOST_LABELS = 200;

/**
 * Writes the enriched data set when every row has been asked.
 * @throws ConfigError when the prompt shows the answer unasked, or the name is taken
 * @throws EndpointError when the teacher is not there, or fails again and again; what it answered is kept
 */
export async function enrichDataset(name: string, options: EnrichOptions): Promise<EnrichedDataset> {
  const { datasetDir, fetchFiles, task, as, isReplaced, endpoint, temperature, maxTokens, signal } = options;
  if (!isReplaced && datasetNames(datasetDir).includes(as)) {
    throw new ConfigError({
      en: `data enrich: data set "${as}" is there already; replace it, or choose another name`,
      zh: `data enrich：已有数据集 "${as}"；请替换它，或换一个名称`,
    });
  }
  const template = templateOf(options);
  const { samples } = await loadDatasets([name], {
    ...{ datasetDir, fetchFiles, seed: 42 },
    maxSamples: options.maxSamples,
  });
  const labels = task === 'label' ? labelsOf(samples, name) : [];
  const storePath = join(cacheFolder(), 'teacher', `${storeName(endpoint)}.jsonl`);
  using teacher = new Teacher({ endpoint, storePath, temperature, maxTokens });
  const replies = new Map<number, TeacherAnswer>();
  let usage: TeacherUsage = { asked: 0, kept: 0, promptTokens: 0, completionTokens: 0 };
  const failed = new Map<number, EndpointError>();
  await sideBySide(samples, {
    ...options,
    ask: async (index, stopping) => {
      const prompt = filled(template, samples[index]!, { labels, ...options });
      const reply = await teacher.ask(prompt, stopping);
      replies.set(index, reply);
      usage = withReply(usage, reply);
      options.onUsage?.(usage);
    },
    onFailure: (index, error) => failed.set(index, error),
  });
  signal?.throwIfAborted();
  const made: EnrichedSample[] = [];
  const findings: RowFinding[] = [];
  for (const [index, sample] of samples.entries()) {
    const reply = replies.get(index);
    const result = reply
      ? TASKS[task].apply(sample, reply, { labels, isTold: options.isTold })
      : textOf(failed.get(index)!);
    if (Array.isArray(result)) made.push(...result);
    else findings.push({ ...sample.origin, kind: 'dropped', ...reasonOf(result) });
  }
  if (made.length === 0) {
    throw new DataError({
      en: `data enrich: no answer can be used; the first: ${findings[0]!.reason}; change the prompt or the teacher`,
      zh: `data enrich：没有可用的回答；首个原因：${reasonIn(findings[0]!, 'zh')}；请修改提示词，或换一个教师模型`,
    });
  }
  const file = writeSamples(datasetDir, as, made);
  return {
    name: as,
    file,
    rows: made.length,
    findings,
    ...usage,
    ...(task === 'label' && { agreement: agreementOf(made) }),
  };
}

function withReply({ asked, kept, ...tokens }: TeacherUsage, reply: TeacherAnswer): TeacherUsage {
  if (reply.isKept) return { asked, kept: kept + 1, ...tokens };
  return {
    asked: asked + 1,
    kept,
    promptTokens: tokens.promptTokens + reply.promptTokens,
    completionTokens: tokens.completionTokens + reply.completionTokens,
  };
}

interface SideBySide extends Pick<EnrichOptions, 'endpoint' | 'onProgress' | 'signal'> {
  ask(index: number, signal: AbortSignal): Promise<void>;
  onFailure(index: number, error: EndpointError): void;
}

async function sideBySide(
  samples: readonly Sample[],
  { endpoint, onProgress, signal, ask, onFailure }: SideBySide,
): Promise<void> {
  const stop = new AbortController();
  const stopping = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  let next = 0;
  let done = 0;
  let failuresInARow = 0;
  const work = async () => {
    while (next < samples.length) {
      const index = next++;
      try {
        await ask(index, stopping);
        failuresInARow = 0;
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        if (error.isLasting || ++failuresInARow >= MAX_FAILURES_IN_A_ROW) throw error;
        onFailure(index, error);
      }
      onProgress?.({ task: 'ask teacher', done: ++done, total: samples.length, unit: 'rows' });
    }
  };
  try {
    const workers = Math.min(endpoint.concurrency ?? 4, samples.length);
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    stop.abort();
  }
}

function templateOf({ task, prompt, isTold, language }: EnrichOptions): string {
  const { prompt: blind, told } = TASKS[task];
  if (isTold && !told && prompt === undefined) {
    throw new ConfigError({
      en: `data enrich: task ${task} does not show the teacher the answer; leave --with-label out`,
      zh: `data enrich：任务 ${task} 不向教师模型出示答案；请去掉 --with-label`,
    });
  }
  const template = prompt ?? (isTold ? told! : blind)[language];
  if (!isTold && template.includes('{answer}')) {
    throw new ConfigError({
      en: 'data enrich: the prompt shows the teacher {answer}, which will not be there in earnest; leave it out, or say --with-label',
      zh: 'data enrich：提示词向教师模型出示了 {answer}，而实际使用时没有答案；请删去它，或加上 --with-label',
    });
  }
  if (!template.includes('{question}')) {
    throw new ConfigError({
      en: 'data enrich: the prompt has no {question}; write it where the text of the row goes',
      zh: 'data enrich：提示词中没有 {question}；请写在数据文本所在处',
    });
  }
  return template;
}

function filled(
  template: string,
  sample: Sample,
  { labels, count, task }: { labels: readonly string[]; count: number; task: EnrichTask },
): { system: string; user: string } {
  const system = sample.conversation.system ?? '';
  const values: Readonly<Record<string, string>> = {
    question: questionOf(sample),
    system,
    answer: answerOf(sample),
    labels: labels.join(', '),
    count: String(count),
  };
  const user = template.replaceAll(
    /\{(question|system|answer|labels|count)\}/g,
    (_, key: string) => values[key]!,
  );
  // An answer in the row's place is asked for as the row asks.
  return { system: task === 'answer' ? system : '', user: user.trim() };
}

function labelsOf(samples: readonly Sample[], name: string): string[] {
  const labels = [...new Set(samples.map(answerOf))];
  if (labels.length > 1 && labels.length <= MOST_LABELS) return labels;
  throw new DataError({
    en: `data set "${name}": it has ${labels.length} different answers, so they are no labels; choose another task`,
    zh: `数据集 "${name}"：有 ${labels.length} 种不同答案，因此不是标签；请换一个任务`,
  });
}

function agreementOf(made: readonly EnrichedSample[]): number {
  const same = made.filter(({ sample, extra }) => extra?.['teacher_label'] === answerOf(sample));
  return same.length / made.length;
}

/** One file of answers a teacher. */
function storeName({ name, model = '' }: EndpointSettings): string {
  return createHash('sha256').update(`${name}\n${model}`).digest('hex').slice(0, 16);
}
