/** Byte-level BPE from a GGUF file (tokenizer.ggml.model "gpt2"): vocabulary and merges are there, the word patterns not. */
import { ModelError } from '../core/index.ts';
import type { MetadataValue } from '../files/index.ts';
import { createEncoder } from './create-encoder.ts';
import {
  addedTokens,
  type GgufVocabulary,
  type RebuiltTokenizer,
  startWithBos,
  vocabularyObject,
} from './gguf-vocabulary.ts';
import { PRE_TOKENIZERS } from './pre-tokenizers.ts';
import type { Component, TokenizerJson } from './tokenizer-json.ts';

export function byteLevelTokenizer(
  where: string,
  metadata: ReadonlyMap<string, MetadataValue>,
  vocabulary: GgufVocabulary,
): RebuiltTokenizer {
  const name = metadata.get('tokenizer.ggml.pre') ?? 'default';
  const pre = PRE_TOKENIZERS.get(String(name));
  if (!pre) {
    throw new ModelError(
      `${where}: its tokenizer cuts words by ${String(name)}, which is not supported; use the model's Hugging Face folder instead`,
    );
  }
  const addBos = metadata.get('tokenizer.ggml.add_bos_token') ?? pre.addBos ?? false;
  const json: TokenizerJson = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocabulary),
    normalizer: pre.nfc ? { type: 'NFC' } : null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        ...pre.patterns.map(isolated),
        // Without its own pattern: the library's takes JavaScript's idea of white space.
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: addBos === true ? startWithBos(vocabulary) : null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: pre.ignoreMerges ?? false,
      vocab: vocabularyObject(vocabulary.tokens),
      merges: readMerges(where, metadata),
    },
  };
  return { encoder: createEncoder(where, json), json, wholeJson: () => json, addBos: addBos === true };
}

const isolated = (pattern: string): Component => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
});

function readMerges(where: string, metadata: ReadonlyMap<string, MetadataValue>): [string, string][] {
  const merges = metadata.get('tokenizer.ggml.merges');
  if (!Array.isArray(merges)) {
    throw new ModelError(
      `${where}: has no tokenizer.ggml.merges; use a GGUF file with its whole tokenizer inside`,
    );
  }
  return merges.map((merge) => {
    const space = String(merge).indexOf(' ', 1);
    if (space < 0) throw new ModelError(`${where}: ${JSON.stringify(merge)} is no merge; get the file again`);
    return [String(merge).slice(0, space), String(merge).slice(space + 1)];
  });
}
