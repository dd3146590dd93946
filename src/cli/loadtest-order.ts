/** The options of `tunesmith loadtest` become an order: files are read, rows become bodies, contradictions are said. */
import { readFileSync } from 'node:fs';
import { ConfigError } from '../core/index.ts';
import { loadDatasets, type RowFinding } from '../data/index.ts';
import { datasetFetcher } from '../hub/index.ts';
import {
  type AnswerFormat,
  answerFormatOf,
  type Load,
  type LoadTestOrder,
  type PreparedRequest,
  parseRamp,
  parseServiceLevel,
  rowRequests,
} from '../loadtest/index.ts';
import type { LoadTestTexts } from './loadtest-texts.ts';

/** As commander gives them: words, read here. */
export interface LoadTestWords {
  readonly n?: string;
  readonly c?: string;
  readonly t?: string;
  readonly s: string;
  readonly k?: true;
  readonly H: readonly string[];
  readonly C: readonly string[];
  readonly A?: string;
  readonly p?: string;
  readonly u?: string;
  readonly T?: string;
  readonly m?: string;
  readonly i?: true;
  readonly l?: true;
  readonly dataset?: string;
  readonly split?: string;
  readonly datasetDir: string;
  readonly model?: string;
  readonly labels?: string;
  readonly expectLabel?: true;
  readonly rate?: string;
  readonly ramp?: string;
  readonly stepTime: string;
  readonly slo?: string;
  readonly warmup?: string;
  readonly csv?: string;
}

interface ReadOrder {
  readonly order: LoadTestOrder;
  /** Rows that could not be used. */
  readonly findings: readonly RowFinding[];
}

const OPEN_CONNECTIONS = 1000;

/** @throws ConfigError or DataError that says what is wrong */
export async function readOrder(
  url: string,
  words: LoadTestWords,
  text: LoadTestTexts,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ReadOrder> {
  checkContradictions(words, text);
  const load = loadOf(words, text);
  const { requests, findings, format } = await requestsOf(url, words, text);
  const file = words.p ?? words.u;
  const hasBody = requests[0].body !== undefined;
  const isJson = words.dataset !== undefined || file?.toLowerCase().endsWith('.json');
  const type = words.T ?? (isJson ? 'application/json' : 'text/plain');
  const order: LoadTestOrder = {
    target: {
      url,
      method: words.m ?? (words.i ? 'HEAD' : words.u ? 'PUT' : hasBody ? 'POST' : 'GET'),
      headers: { ...(hasBody && { 'content-type': type }), ...headersOf(words, text, environment) },
      keepAlive: words.k === true,
      timeoutMs: positive('-s', words.s, text) * 1000,
    },
    requests,
    load,
    warmup: words.warmup === undefined ? 0 : whole('--warmup', words.warmup, text),
    sameLength: words.l !== true && words.dataset === undefined,
    answers: words.expectLabel ? format : undefined,
    csvFile: words.csv,
  };
  return { order, findings };
}

function checkContradictions(words: LoadTestWords, text: LoadTestTexts): void {
  const pairs: [string, unknown, string, unknown][] = [
    ['--rate', words.rate, '--ramp', words.ramp],
    ['-p', words.p, '-u', words.u],
    ['--dataset', words.dataset, '-u', words.u],
    ['-n', words.n, '--ramp', words.ramp],
    ['-t', words.t, '--ramp', words.ramp],
  ];
  const both = pairs.find(([, a, , b]) => a !== undefined && b !== undefined);
  if (both) throw new ConfigError(text.both(both[0], both[2]));
  if (words.ramp !== undefined && words.slo === undefined) throw new ConfigError(text.needsSlo);
  if (words.expectLabel && words.dataset === undefined) throw new ConfigError(text.expectRows);
}

function loadOf(words: LoadTestWords, text: LoadTestTexts): Load {
  const seconds = words.t === undefined ? undefined : positive('-t', words.t, text);
  const asked = words.n === undefined ? undefined : whole('-n', words.n, text);
  const requests = asked ?? (seconds === undefined ? 1 : undefined);
  const connections = words.c === undefined ? OPEN_CONNECTIONS : whole('-c', words.c, text);
  if (words.ramp !== undefined) {
    return {
      kind: 'ramp',
      plan: parseRamp(words.ramp),
      level: parseServiceLevel(words.slo!),
      connections,
      stepSeconds: positive('--step-time', words.stepTime, text),
    };
  }
  if (words.rate !== undefined) {
    return { kind: 'open', rate: positive('--rate', words.rate, text), connections, requests, seconds };
  }
  return { kind: 'closed', concurrency: words.c === undefined ? 1 : connections, requests, seconds };
}

async function requestsOf(url: string, words: LoadTestWords, text: LoadTestTexts) {
  const file = words.p ?? words.u;
  const body = file === undefined ? undefined : readText(file, text);
  const findings: readonly RowFinding[] = [];
  const single: [PreparedRequest] = [{ body }];
  if (words.dataset === undefined) return { requests: single, findings, format: undefined };
  const format = URL.canParse(url) ? answerFormatOf(url) : undefined;
  if (format === undefined) throw new ConfigError(text.format(url));
  return { format, ...(await rowsOf(words as LoadTestWords & { dataset: string }, format, body, text)) };
}

async function rowsOf(
  words: LoadTestWords & { readonly dataset: string },
  format: AnswerFormat,
  body: string | undefined,
  text: LoadTestTexts,
) {
  const name = words.split === undefined ? words.dataset : `${words.dataset}_${words.split}`;
  const { samples, findings } = await loadDatasets([name], {
    datasetDir: words.datasetDir,
    fetchFiles: datasetFetcher(),
    seed: 42,
  });
  const labels = words.labels?.split(',').map((label) => label.trim());
  const fields = body === undefined ? undefined : parseFields(body, words.p!, text);
  return { findings, requests: rowRequests(samples, { format, model: words.model, labels, fields }) };
}

function parseFields(body: string, file: string, text: LoadTestTexts): Record<string, unknown> {
  try {
    const fields: unknown = JSON.parse(body);
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
      return fields as Record<string, unknown>;
    }
  } catch {
    // said below
  }
  throw new ConfigError(text.notJson(file));
}

function headersOf(
  { H, C, A }: LoadTestWords,
  text: LoadTestTexts,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const key = environment['TUNESMITH_API_KEY'];
  if (key) headers['authorization'] = `Bearer ${key}`;
  if (A !== undefined) headers['authorization'] = `Basic ${Buffer.from(A, 'utf8').toString('base64')}`;
  if (C.length > 0) headers['cookie'] = C.join('; ');
  for (const line of H) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(line) ?? [];
    // The value may be a secret, so only what stands before a colon is quoted.
    if (name === undefined) throw new ConfigError(text.headerLine(`-H ${line.split(':')[0]!.slice(0, 40)}`));
    headers[name.toLowerCase()] = value!;
  }
  return headers;
}

function readText(path: string, text: LoadTestTexts): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(text.file(path), error);
  }
}

export function positive(flag: string, value: string, text: LoadTestTexts): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new ConfigError(text.number(flag, value, text.positive));
}

function whole(flag: string, value: string, text: LoadTestTexts): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new ConfigError(text.number(flag, value, text.whole));
}
