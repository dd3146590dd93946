/** What both kinds of GGUF tokenizers share: tokens with their types, special tokens, ends, the start of a text. */
import { ModelError } from '../core/index.ts';
import type { MetadataValue } from '../files/index.ts';
import type { Encoder } from './create-encoder.ts';
import { type AddedToken, addedToken, type Component, type TokenizerJson } from './tokenizer-json.ts';

/** llama.cpp's token types. */
export const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** Marks of turns are special whatever a careless converter wrote, and so are BOS, EOS, PAD and UNK. */
const TURN_MARKS = new Set([
  '<|im_start|>',
  '<|im_end|>',
  '<|endoftext|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|end_of_text|>',
  '<|begin_of_text|>',
  '<start_of_turn>',
  '<end_of_turn>',
]);

/** Far above the largest vocabulary there is (262,144). */
const MAX_VOCABULARY = 4_000_000;

/** What a file's key-values give. */
export interface RebuiltTokenizer {
  readonly encoder: Encoder;
  /** Without the parts of the model that only the files need. */
  readonly json: TokenizerJson;
  /** With all of them. */
  readonly wholeJson: () => TokenizerJson;
  readonly addBos: boolean;
}

export interface GgufVocabulary {
  readonly tokens: readonly string[];
  typeOf(id: number): number;
  special(name: 'bos' | 'eos' | 'padding' | 'unknown'): string | undefined;
  readonly endIds: readonly number[];
}

/** @throws ModelError when tokens or types are missing or do not fit each other */
export function readVocabulary(where: string, metadata: ReadonlyMap<string, MetadataValue>): GgufVocabulary {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  if (!Array.isArray(tokens) || tokens.length === 0 || tokens.some((token) => typeof token !== 'string')) {
    throw new ModelError(`${where}: has no tokenizer.ggml.tokens; use a GGUF file with its tokenizer inside`);
  }
  if (tokens.length > MAX_VOCABULARY) {
    throw new ModelError(
      `${where}: has ${tokens.length} tokens, more than ${MAX_VOCABULARY}; get the file again`,
    );
  }
  const types = numbers(where, metadata, 'tokenizer.ggml.token_type', tokens.length);
  const idOf = (name: string): number | undefined => {
    const id = metadata.get(`tokenizer.ggml.${name}_token_id`);
    return typeof id === 'number' && id < tokens.length ? id : undefined;
  };
  const named = new Set(['bos', 'eos', 'padding', 'unknown'].map(idOf));
  return {
    tokens: tokens as string[],
    typeOf: (id) => {
      const type = types?.[id] ?? TOKEN_TYPE.normal;
      const isMark = named.has(id) || TURN_MARKS.has(tokens[id] as string);
      return type === TOKEN_TYPE.normal && isMark ? TOKEN_TYPE.control : type;
    },
    special: (name) => {
      const id = idOf(name);
      return id === undefined ? undefined : (tokens[id] as string);
    },
    endIds: ['eos', 'eot', 'eom'].map(idOf).filter((id) => id !== undefined),
  };
}

/** A list of numbers as long as the vocabulary; undefined when the file has none. */
export function numbers(
  where: string,
  metadata: ReadonlyMap<string, MetadataValue>,
  key: string,
  length: number,
): ArrayLike<number> | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value.length !== length) {
    throw new ModelError(`${where}: ${key} does not fit its ${length} tokens; get the file again`);
  }
  return value as ArrayLike<number>;
}

/** Token text -> id, on an object without a prototype: "__proto__" is a word of programs, so it may be a token. */
export function vocabularyObject(tokens: readonly string[]): Record<string, number> {
  const vocab = Object.create(null) as Record<string, number>;
  for (const [id, token] of tokens.entries()) vocab[token] = id;
  return vocab;
}

/** Control and user-defined tokens: those are looked for in the text before anything else. */
export function addedTokens({ tokens, typeOf }: GgufVocabulary): AddedToken[] {
  return tokens.flatMap((token, id) => {
    const type = typeOf(id);
    const special = type === TOKEN_TYPE.control || type === TOKEN_TYPE.unknown;
    return special || type === TOKEN_TYPE.userDefined ? [addedToken(id, token, special)] : [];
  });
}

/** Puts BOS before every text of those who ask for special tokens; our own encode never does. */
export function startWithBos({ tokens, special }: GgufVocabulary): Component | null {
  const bos = special('bos');
  if (bos === undefined) return null;
  const start = { SpecialToken: { id: bos, type_id: 0 } };
  return {
    type: 'TemplateProcessing',
    single: [start, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [start, { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [bos]: { id: bos, ids: [tokens.indexOf(bos)], tokens: [bos] } },
  };
}
