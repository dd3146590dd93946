/**
 * The bytes behind each token, read off the decoder of tokenizer.json. Decoding goes over bytes, not over strings, so
 * that a character made of several tokens comes out whole, and streaming equals decoding at once.
 */
import { ModelError } from '../core/index.ts';
import type { Component, TokenizerJson } from './tokenizer-json.ts';

export interface TokenDecoder {
  bytes(token: string): Uint8Array;
  /** SentencePiece puts a space before a text's first word, and takes it away again. */
  readonly stripsFirstSpace: boolean;
}

const SPACE_MARK = '\u2581';
const BYTE_TOKEN = /^<0x([0-9A-Fa-f]{2})>$/;

const utf8 = new TextEncoder();

/** @throws ModelError for decoders that are not made of bytes or SentencePiece's marks */
export function createTokenDecoder(
  where: string,
  json: Pick<TokenizerJson, 'added_tokens' | 'decoder'>,
): TokenDecoder {
  const added = new Set(json.added_tokens.map((token) => token.content));
  const steps = flattened(json.decoder);
  let inner = (token: string): Uint8Array => utf8.encode(token);
  let stripsFirstSpace = false;
  // Built from the last step on, since each one hands its result to the next.
  for (const step of steps.reverse()) {
    const next = inner;
    if (step.type === 'ByteLevel') {
      inner = byteLevel;
    } else if (step.type === 'ByteFallback') {
      inner = (token) => {
        const [, hex] = BYTE_TOKEN.exec(token) ?? [];
        return hex === undefined ? next(token) : Uint8Array.of(Number.parseInt(hex, 16));
      };
    } else if (step.type === 'Replace') {
      const [from, to] = replacement(where, step);
      inner = (token) => next(token.replaceAll(from, () => to));
    } else if (step.type === 'Metaspace') {
      const mark = String(step['replacement'] ?? SPACE_MARK);
      stripsFirstSpace = step['prepend_scheme'] !== 'never';
      inner = (token) => next(token.replaceAll(mark, ' '));
    } else if (step.type === 'Strip' && step['content'] === ' ') {
      stripsFirstSpace = Number(step['start']) > 0;
    } else if (step.type !== 'Fuse') {
      throw unsupported(where, step.type);
    }
  }
  const isByteLevel = steps.some((step) => step.type === 'ByteLevel');
  return {
    bytes: (token) => (isByteLevel && added.has(token) ? utf8.encode(token) : inner(token)),
    stripsFirstSpace,
  };
}

function flattened(decoder: Component | null): Component[] {
  if (!decoder) return [];
  if (decoder.type !== 'Sequence') return [decoder];
  return (decoder['decoders'] as Component[]).flatMap(flattened);
}

function replacement(where: string, step: Component): [string, string] {
  const { String: text } = step['pattern'] as { String?: string };
  if (text === undefined) throw unsupported(where, 'Replace by a pattern');
  return [text, String(step['content'])];
}

function unsupported(where: string, kind: string): ModelError {
  return new ModelError(
    `${where}: decodes by ${kind}, which is not supported; use a model with a byte-level or SentencePiece tokenizer`,
  );
}

/** GPT-2's alphabet: printable bytes stand for themselves, the other ones for characters from U+0100 on. */
const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = (() => {
  const map = new Map<string, number>();
  let other = 0;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    map.set(String.fromCodePoint(printable ? byte : 0x100 + other++), byte);
  }
  return map;
})();

function byteLevel(token: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = BYTE_OF_CHARACTER.get(character);
    if (byte === undefined) bytes.push(...utf8.encode(character));
    else bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
