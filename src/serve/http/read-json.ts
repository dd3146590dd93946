/**
 * From the bytes of a body to a checked value. Each way in which bytes can be wrong has its status and sentence: too
 * many, not UTF-8, no JSON, nested beyond sense, another shape.
 */
import type { IncomingMessage } from 'node:http';
import type { z } from '@hono/zod-openapi';
import { messageOf } from '../../core/index.ts';
import { ApiError, badRequest } from './api-error.ts';

/** Conversations nest three levels, schemas of tools a dozen; more only serves to exhaust the stack. */
const MAX_DEPTH = 64;
const MAX_REPORTED = 5;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** @throws ApiError 413, 415 or 400 */
export async function readJson<Schema extends z.ZodType>(
  incoming: IncomingMessage,
  schema: Schema,
  maxBytes: number,
): Promise<z.output<Schema>> {
  const type = incoming.headers['content-type'];
  // Pages of others cannot send this type to a server on this machine without its consent.
  if (type === undefined || !JSON_TYPE.test(type)) {
    throw new ApiError(415, 'the body has to be JSON; set Content-Type to application/json', {
      code: 'unsupported_content_type',
    });
  }
  const parsed = schema.safeParse(parse(await readBody(incoming, maxBytes)));
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error.issues);
}

async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new ApiError(413, `the body is larger than ${maxBytes} bytes; send less at once`, {
      code: 'body_too_large',
      headers: { Connection: 'close' },
    });
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parse(bytes: Buffer): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw badRequest('the body is not UTF-8; encode it so', { code: 'invalid_encoding' });
  }
  if (depthOf(text) > MAX_DEPTH) {
    throw badRequest(`the body nests deeper than ${MAX_DEPTH} levels; flatten it`, { code: 'invalid_json' });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badRequest(`the body is no JSON: ${messageOf(error)}`, { code: 'invalid_json' });
  }
}

/** How deep brackets stand in each other, outside of strings. */
function depthOf(text: string): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 92) i++;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 123 || code === 91) deepest = Math.max(deepest, ++depth);
    else if (code === 125 || code === 93) depth--;
  }
  return deepest;
}

type Issue = z.core.$ZodIssue;

function refusal(issues: readonly Issue[]): ApiError {
  const shown = issues.slice(0, MAX_REPORTED).map(inWords);
  const more = issues.length - shown.length;
  const text = shown.map(({ place, wrong }) => (place ? `${place}: ${wrong}` : wrong)).join('; ');
  return badRequest(more > 0 ? `${text}; and ${more} more` : text, {
    code: 'invalid_value',
    param: shown[0]?.place || undefined,
  });
}

function inWords(issue: Issue): { place: string; wrong: string } {
  const place = issue.path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${String(part)}`))
    .join('');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const quoted = issue.keys.slice(0, MAX_REPORTED).map((name) => name.slice(0, 64));
    return {
      place: place ? `${place}.${key.slice(0, 64)}` : key.slice(0, 64),
      wrong: `not known here: ${quoted.join(', ')}; leave it out`,
    };
  }
  return { place, wrong: issue.message };
}
