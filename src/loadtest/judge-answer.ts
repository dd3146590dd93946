/** What an answer is worth: its status, its length, whether it can be read, and whether it says what its row says. */
import { stripThoughts } from '../text/index.ts';
import type { Exchange } from './connection.ts';
import type { AnswerFormat, PreparedRequest } from './order.ts';
import type { ErrorKind } from './result.ts';

interface Judged {
  readonly error: ErrorKind | undefined;
  readonly reason?: string;
  readonly isCompared: boolean;
}

interface Demands {
  /** Of the first answer; undefined where lengths may differ. */
  readonly bodyBytes: number | undefined;
  readonly answers: AnswerFormat | undefined;
}

const EXCERPT = 200;

export function judgeExchange(
  exchange: Exchange,
  { expected }: PreparedRequest,
  { bodyBytes, answers }: Demands,
): Judged {
  const { loss, reason, status, body } = exchange;
  if (loss !== undefined) return { error: loss, isCompared: false, ...(reason && { reason }) };
  if (status === undefined || status < 200 || status > 299) {
    return { error: 'status', reason: `${status} ${excerpt(body)}`.trim(), isCompared: false };
  }
  if (bodyBytes !== undefined && exchange.bodyBytes !== bodyBytes) {
    const wrong = `${exchange.bodyBytes} bytes, the first answer had ${bodyBytes}`;
    return { error: 'length', reason: wrong, isCompared: false };
  }
  if (answers === undefined) return { error: undefined, isCompared: false };
  const answer = readAnswer(body, answers);
  if (answer === undefined) {
    return { error: 'parse', reason: `no answer in ${excerpt(body)}`, isCompared: false };
  }
  if (expected === undefined) return { error: undefined, isCompared: false };
  if (answer === expected.trim()) return { error: undefined, isCompared: true };
  const wrong = `${JSON.stringify(answer.slice(0, EXCERPT))}, the row says ${JSON.stringify(expected)}`;
  return { error: 'label', reason: wrong, isCompared: true };
}

/**
 * The text of a chat completion without thoughts, or the label of the first classified row, trimmed.
 * @returns undefined where there is none
 */
export function readAnswer(body: Buffer, format: AnswerFormat): string | undefined {
  let response: unknown;
  try {
    response = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  const path = format === 'chat' ? ['choices', 0, 'message', 'content'] : ['data', 0, 'label'];
  const found = path.reduce<unknown>(
    (value, key) => (isRecord(value) ? value[String(key)] : undefined),
    response,
  );
  return typeof found === 'string' ? stripThoughts(found).trim() : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function excerpt(body: Buffer): string {
  return body.subarray(0, EXCERPT).toString('utf8').replaceAll(/\s+/g, ' ');
}
