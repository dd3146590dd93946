/** SentencePiece BPE from a GGUF file (tokenizer.ggml.model "llama"): tokens with scores, bytes as <0xNN>, spaces as ▁. */
import { ModelError } from '../core/index.ts';
import type { MetadataValue } from '../files/index.ts';
import { createScoredEncoder } from './create-encoder.ts';
import {
  addedTokens,
  type GgufVocabulary,
  numbers,
  type RebuiltTokenizer,
  startWithBos,
  TOKEN_TYPE,
  vocabularyObject,
} from './gguf-vocabulary.ts';
import { deriveMerges, type ScoredVocabulary } from './sentencepiece.ts';
import type { Component, TokenizerJson } from './tokenizer-json.ts';

const SPACE_MARK = '\u2581';

/** Gemma has one. With many, looking at each costs more than the cutting saves. */
const MAX_JOINTS = 64;

export function sentencePieceTokenizer(
  where: string,
  metadata: ReadonlyMap<string, MetadataValue>,
  vocabulary: GgufVocabulary,
): RebuiltTokenizer {
  const { tokens, typeOf } = vocabulary;
  const scores = numbers(where, metadata, 'tokenizer.ggml.scores', tokens.length);
  if (!scores)
    throw new ModelError(`${where}: has no tokenizer.ggml.scores; use a GGUF file with its whole tokenizer`);
  const ordinary = [...tokens.keys()].filter((id) => typeOf(id) === TOKEN_TYPE.normal);
  const scored = scoredVocabulary(tokens, ordinary, scores);
  const spacePrefix = (metadata.get('tokenizer.ggml.add_space_prefix') ?? true) === true;
  const addBos = (metadata.get('tokenizer.ggml.add_bos_token') ?? true) === true;
  const unknown = vocabulary.special('unknown');
  const json: TokenizerJson = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocabulary),
    normalizer: normalizer(spacePrefix),
    pre_tokenizer: wordSplit(ordinary.map((id) => tokens[id] ?? '')),
    post_processor: addBos ? startWithBos(vocabulary) : null,
    decoder: decoder(spacePrefix),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unknown ?? null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
    },
  };
  const wholeModel = () => ({ ...json.model, vocab: vocabularyObject(tokens), merges: deriveMerges(scored) });
  return {
    encoder: createScoredEncoder(where, json, { vocabulary: scored, tokens, unknown }),
    json,
    wholeJson: () => ({ ...json, model: wholeModel() }),
    addBos,
  };
}

function scoredVocabulary(
  tokens: readonly string[],
  ordinary: number[],
  scores: ArrayLike<number>,
): ScoredVocabulary {
  const ranks = new Float64Array(tokens.length).fill(Infinity);
  const byScore = ordinary.toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  // Equal scores are equal ranks: the leftmost pair is joined first then.
  let [rank, last] = [0, Number.NaN];
  for (const [place, id] of byScore.entries()) {
    if (scores[id] !== last) [rank, last] = [place, scores[id] ?? 0];
    ranks[id] = rank;
  }
  return { ids: new Map(tokens.map((token, id) => [token, id])), ranks };
}

function decoder(spacePrefix: boolean): Component {
  const stripped = spacePrefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [];
  const spaces = { type: 'Replace', pattern: { String: SPACE_MARK }, content: ' ' };
  return { type: 'Sequence', decoders: [spaces, { type: 'ByteFallback' }, { type: 'Fuse' }, ...stripped] };
}

function normalizer(spacePrefix: boolean): Component {
  const spaces: Component = { type: 'Replace', pattern: { String: ' ' }, content: SPACE_MARK };
  if (!spacePrefix) return spaces;
  return { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: SPACE_MARK }, spaces] };
}

/**
 * Cuts before spaces, which changes no token but lets the encoder remember words. A token that itself has a space
 * inside, after something else, holds the places together where its whole text occurs.
 */
function wordSplit(ordinary: readonly string[]): Component | null {
  const inside = new RegExp(`[^${SPACE_MARK}]${SPACE_MARK}`);
  const joints = ordinary.filter((token) => inside.test(token)).flatMap(jointsOf);
  if (joints.length > MAX_JOINTS) return null;
  const word = [`[^${SPACE_MARK}]`, ...joints].join('|');
  return {
    type: 'Split',
    pattern: { Regex: `${SPACE_MARK}*(?:${word})+|${SPACE_MARK}+` },
    behavior: 'Isolated',
    invert: false,
  };
}

/** Patterns of the runs of spaces inside a token, seen from what is before and after them in it. */
function jointsOf(token: string): string[] {
  return [...token.matchAll(new RegExp(`(?<=[^${SPACE_MARK}])${SPACE_MARK}+`, 'g'))].map(
    ({ 0: run, index }) => {
      const [before, after] = [token.slice(0, index), token.slice(index + run.length)];
      return `(?<=${escapeRegExp(before)})${run}${after === '' ? '' : `(?=${escapeRegExp(after)})`}`;
    },
  );
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
