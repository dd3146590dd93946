/**
 * Text to token ids: the library cuts the text (special tokens, normalizer, words) and joins characters to tokens, the
 * latter by our own joining where a vocabulary has scores instead of merges.
 */
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { ModelError, messageOf } from '../core/index.ts';
import { createJoinWord, type JoinWord } from './merges.ts';
import { joinPieces, type ScoredVocabulary } from './sentencepiece.ts';
import type { TokenizerJson } from './tokenizer-json.ts';

/** What is used of the library, whose own types do not resolve under Node's rules. */
export interface Encoder {
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean },
  ): { readonly ids: (number | undefined)[] };
  token_to_id(token: string): number | undefined;
  id_to_token(id: number): string | undefined;
}

/** The library's queue of pairs is for whole texts, which some tokenizers take as one word. */
const LONGEST_WORD = 256;

/** @throws ModelError when the library does not take the parts */
export function createEncoder(where: string, json: TokenizerJson): Encoder {
  try {
    const encoder = new LibraryTokenizer(json, {});
    const { type, merges, end_of_word_suffix, continuing_subword_prefix } = json.model;
    const isPlain =
      !end_of_word_suffix && !continuing_subword_prefix && !json.model['continuing_subword_suffix'];
    if (type === 'BPE' && Array.isArray(merges) && isPlain) {
      const model = encoder.model as unknown as { bpe: JoinWord };
      const [joinWord, joinLong] = [createJoinWord(merges), model.bpe.bind(model)];
      model.bpe = (word) => (word.length > LONGEST_WORD ? joinLong(word) : joinWord(word));
    }
    return encoder;
  } catch (error) {
    throw new ModelError(`${where}: no usable tokenizer: ${messageOf(error)}; get the file again`, error);
  }
}

/** What the library calls a model: words in, tokens out. */
interface Joiner {
  (words: readonly string[]): string[];
  readonly tokens_to_ids: ReadonlyMap<string, number>;
  readonly vocab: readonly string[];
  readonly unk_token_id: number | undefined;
}

export interface ScoredEncoderOptions {
  readonly vocabulary: ScoredVocabulary;
  readonly tokens: readonly string[];
  readonly unknown: string | undefined;
}

/** Merges would take a second and a half to derive and to load for a vocabulary like Gemma's. */
export function createScoredEncoder(
  where: string,
  json: TokenizerJson,
  options: ScoredEncoderOptions,
): Encoder {
  const { vocabulary, tokens, unknown } = options;
  const encoder = createEncoder(where, { ...json, model: { ...json.model, vocab: {}, merges: [] } });
  const join = remembering((word) =>
    joinPieces(word, vocabulary).flatMap((piece) => tokensOfPiece(piece, options)),
  );
  const joiner: Joiner = Object.assign((words: readonly string[]) => words.flatMap(join), {
    tokens_to_ids: vocabulary.ids,
    vocab: tokens,
    unk_token_id: unknown === undefined ? undefined : vocabulary.ids.get(unknown),
  });
  return Object.assign(encoder, { model: joiner });
}

const utf8 = new TextEncoder();

/** A piece that is no token is written as its bytes. */
function tokensOfPiece(piece: string, { vocabulary, unknown }: ScoredEncoderOptions): string[] {
  if (vocabulary.ids.has(piece)) return [piece];
  const bytes = Array.from(
    utf8.encode(piece),
    (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  if (bytes.every((token) => vocabulary.ids.has(token))) return bytes;
  return unknown === undefined ? [] : [unknown];
}

/** Longer words do not come again. */
const MAX_REMEMBERED_LENGTH = 48;
const MAX_REMEMBERED_WORDS = 20_000;

function remembering(join: (word: string) => string[]): (word: string) => string[] {
  const known = new Map<string, string[]>();
  return (word) => {
    if (word.length > MAX_REMEMBERED_LENGTH) return join(word);
    const found = known.get(word);
    if (found) return found;
    if (known.size >= MAX_REMEMBERED_WORDS) known.clear();
    const tokens = join(word);
    known.set(word, tokens);
    return tokens;
  };
}
