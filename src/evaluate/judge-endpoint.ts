/**
 * A model that answers over HTTP, judged on labelled samples: the one that is online today, or any other. Rows are
 * asked side by side; one that gets no answer is left out and named.
 */
import { type OnProgress, reasonOf, textOf } from '../core/index.ts';
import type { RowFinding, Sample } from '../data/index.ts';
import { labelOf } from './answers.ts';
import { type ClientSettings, type ClientTools, EndpointClient, EndpointError } from './endpoint-client.ts';
import {
  CHAT_ANSWER_PATH,
  chatBody,
  chatUrl,
  checkBody,
  type EndpointMapping,
  fillBody,
  type Json,
  valueAt,
} from './endpoint-request.ts';
import { type JudgedRow, judgeModel } from './evaluation.ts';
import { type Judged, rowOf } from './judge-samples.ts';

export interface EndpointSettings extends ClientSettings, EndpointMapping {
  /** What it is called in reports. */
  readonly name: string;
  /** The model to ask for, of OpenAI's chat. */
  readonly model?: string | undefined;
  /** Sent as `Authorization: Bearer …`. */
  readonly apiKey?: string | undefined;
  /** Requests under way at once; 4 when absent. */
  readonly concurrency?: number | undefined;
}

export interface JudgeEndpointOptions {
  readonly labels: readonly string[];
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For tests. */
  readonly tools?: ClientTools;
}

export interface JudgedEndpoint extends Judged {
  /** Rows without an answer. */
  readonly findings: readonly RowFinding[];
}

/** So many rows without an answer one after the other, and nobody is there. */
const MAX_FAILURES_IN_A_ROW = 20;

/**
 * @throws ConfigError when the settings cannot be used
 * @throws EndpointError when the endpoint refuses the first rows for good, many in a row fail, or all
 */
export async function judgeEndpoint(
  settings: EndpointSettings,
  samples: readonly Sample[],
  { labels, onProgress, signal, tools }: JudgeEndpointOptions,
): Promise<JudgedEndpoint> {
  const ask = askerOf(settings, tools);
  const stop = new AbortController();
  const stopping = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const answered = new Map<number, JudgedRow>();
  const failed = new Map<number, EndpointError>();
  let next = 0;
  let failuresInARow = 0;
  const work = async () => {
    while (next < samples.length) {
      const index = next++;
      const sample = samples[index]!;
      try {
        const { answer, probability } = await ask(sample, stopping);
        const prediction = labelOf(answer, labels);
        answered.set(index, {
          ...rowOf(sample),
          ...(prediction !== undefined && { prediction }),
          ...(probability !== undefined && { probability }),
          answer,
        });
        failuresInARow = 0;
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        if (error.isLasting && answered.size === 0) throw error;
        if (++failuresInARow >= MAX_FAILURES_IN_A_ROW) throw error;
        failed.set(index, error);
      }
      const done = answered.size + failed.size;
      onProgress?.({ task: 'ask endpoint', done, total: samples.length, unit: 'rows' });
    }
  };
  const started = performance.now();
  try {
    const workers = Math.min(settings.concurrency ?? 4, samples.length);
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    stop.abort();
  }
  const seconds = (performance.now() - started) / 1000;
  const [error] = failed.values();
  if (answered.size === 0 && error) throw error;
  const rows = samples.flatMap((_, index) => answered.get(index) ?? []);
  const findings = samples.flatMap(({ origin }, index): RowFinding[] => {
    const error = failed.get(index);
    return error ? [{ ...origin, kind: 'dropped', ...reasonOf(textOf(error)) }] : [];
  });
  const evaluation = judgeModel({ model: settings.name, judgedBy: 'answer', labels, rows, seconds });
  return { evaluation, rows, findings };
}

/** Where the settings send a row, and as what. @throws ConfigError when the body has no place for it */
export function endpointTarget({ url, apiKey, model, headers, ...settings }: EndpointSettings): {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyOf: (sample: Sample) => Json;
} {
  const body = settings.body ?? chatBody(model);
  checkBody(body);
  const isChat = settings.body === undefined && URL.canParse(url);
  return {
    url: isChat ? chatUrl(new URL(url)).href : url,
    headers: { ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }), ...headers },
    bodyOf: ({ conversation }) =>
      fillBody(body, { ...conversation, messages: conversation.messages.slice(0, -1) }),
  };
}

type Ask = (sample: Sample, signal: AbortSignal) => Promise<{ answer: string; probability?: number }>;

function askerOf(settings: EndpointSettings, tools: ClientTools | undefined): Ask {
  const { answerPath = CHAT_ANSWER_PATH, probabilityPath } = settings;
  const { url, headers, bodyOf } = endpointTarget(settings);
  const client = new EndpointClient({ ...settings, url, headers }, tools);
  return async (sample, signal) => {
    const response = await client.send(bodyOf(sample), signal);
    const answer = valueAt(response, answerPath);
    if (answer === undefined || (typeof answer === 'object' && answer !== null)) {
      const shown = client.excerpt(JSON.stringify(response));
      throw client.error({
        en: `no answer at ${answerPath} in ${shown}`,
        zh: `${answerPath} 处没有回答：${shown}`,
      });
    }
    const found = probabilityPath === undefined ? undefined : valueAt(response, probabilityPath);
    const isProbability = typeof found === 'number' && found >= 0 && found <= 1;
    if (probabilityPath !== undefined && !isProbability) {
      const shown = client.excerpt(JSON.stringify(response));
      throw client.error({
        en: `no probability at ${probabilityPath} in ${shown}`,
        zh: `${probabilityPath} 处没有概率：${shown}`,
      });
    }
    return { answer: answer === null ? '' : String(answer), ...(isProbability && { probability: found }) };
  };
}
