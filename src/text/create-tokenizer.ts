/**
 * A tokenizer out of Hugging Face's tokenizer.json, whether it was read from a folder or rebuilt from a GGUF file.
 * Decoding goes over bytes and is ours.
 */
import type { Encoder } from './create-encoder.ts';
import { createTokenDecoder } from './token-bytes.ts';
import type { Tokenizer } from './tokenizer.ts';
import { type TokenizerConfig, type TokenizerJson, tokenName } from './tokenizer-json.ts';

export interface TokenizerParts {
  /** The file, for messages. */
  readonly where: string;
  readonly encoder: Encoder;
  readonly vocabSize: number;
  readonly json: Pick<TokenizerJson, 'added_tokens' | 'decoder'>;
  readonly config: TokenizerConfig;
  readonly chatTemplate?: string | undefined;
  /** Ids that end a text or turn besides EOS. */
  readonly endIds?: readonly number[];
  readonly files: () => ReadonlyMap<string, string>;
}

/** @throws ModelError when the decoder is of a kind that is not supported */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const { encoder, vocabSize, json, config, chatTemplate, endIds = [], files } = parts;
  const decoder = createTokenDecoder(parts.where, json);
  const special = new Set(json.added_tokens.filter((token) => token.special).map((token) => token.id));

  const tokenToId = (token: string) => encoder.token_to_id(token);
  const idToToken = (id: number) => encoder.id_to_token(id);
  const named = (key: 'bos_token' | 'eos_token' | 'pad_token') => {
    const token = tokenName(config[key]);
    return token !== undefined && tokenToId(token) !== undefined ? token : undefined;
  };
  const [bosToken, eosToken, padToken] = [named('bos_token'), named('eos_token'), named('pad_token')];
  const idOf = (token: string | undefined) => (token === undefined ? undefined : tokenToId(token));
  const tokenBytes = (id: number): Uint8Array => {
    const token = idToToken(id);
    return token === undefined ? new Uint8Array() : decoder.bytes(token);
  };

  return {
    vocabSize,
    encode: remembering((text) =>
      encoder.encode(text, { add_special_tokens: false }).ids.filter((id) => id !== undefined),
    ),
    decode(ids, { skipSpecialTokens = false } = {}) {
      const shown = skipSpecialTokens ? ids.filter((id) => !special.has(id)) : ids;
      const text = Buffer.concat(shown.map(tokenBytes)).toString('utf8');
      return decoder.stripsFirstSpace && text.startsWith(' ') ? text.slice(1) : text;
    },
    tokenBytes,
    tokenToId,
    idToToken,
    isSpecial: (id) => special.has(id),
    bosToken,
    eosToken,
    padToken,
    bosId: idOf(bosToken),
    eosId: idOf(eosToken),
    padId: idOf(padToken),
    endTokens: endTokens(eosToken, endIds.map(idToToken)),
    chatTemplate,
    files,
  };
}

function endTokens(eos: string | undefined, others: readonly (string | undefined)[]): string[] {
  return [...new Set([eos, ...others])].filter((token) => token !== undefined);
}

/** System texts and answers come again and again; longer texts hardly do. */
const MAX_REMEMBERED_LENGTH = 2000;
const MAX_REMEMBERED_TEXTS = 1000;

function remembering(encode: (text: string) => number[]): (text: string) => number[] {
  const known = new Map<string, readonly number[]>();
  return (text) => {
    const found = known.get(text);
    if (found) return [...found];
    const ids = encode(text);
    if (text.length > MAX_REMEMBERED_LENGTH) return ids;
    if (known.size >= MAX_REMEMBERED_TEXTS) known.clear();
    known.set(text, [...ids]);
    return ids;
  };
}
