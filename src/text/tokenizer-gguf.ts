/**
 * The tokenizer that a lone GGUF file carries in its key-values, as Hugging Face's files.
 * @see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { ModelError } from '../core/index.ts';
import { type MetadataValue, openGguf } from '../files/index.ts';
import { createTokenizer } from './create-tokenizer.ts';
import { byteLevelTokenizer } from './gguf-byte-level.ts';
import { sentencePieceTokenizer } from './gguf-sentencepiece.ts';
import { type GgufVocabulary, type RebuiltTokenizer, readVocabulary } from './gguf-vocabulary.ts';
import type { Tokenizer } from './tokenizer.ts';
import type { TokenizerConfig } from './tokenizer-json.ts';

type Metadata = ReadonlyMap<string, MetadataValue>;

/** @throws ModelError when the file carries no tokenizer, a broken one, or one of a kind that is not supported */
export function loadGgufTokenizer(path: string): Tokenizer {
  using file = openGguf(path);
  return createGgufTokenizer(path, file.metadata);
}

/** @param where the file, for messages */
export function createGgufTokenizer(where: string, metadata: Metadata): Tokenizer {
  const vocabulary = readVocabulary(where, metadata);
  const { encoder, json, wholeJson, addBos } = rebuilt(where, metadata, vocabulary);
  const chatTemplate = metadata.get('tokenizer.chat_template');
  const config: TokenizerConfig = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    add_bos_token: addBos,
    bos_token: vocabulary.special('bos') ?? null,
    eos_token: vocabulary.special('eos') ?? null,
    pad_token: vocabulary.special('padding') ?? null,
    unk_token: vocabulary.special('unknown') ?? null,
    clean_up_tokenization_spaces: false,
    ...(typeof chatTemplate === 'string' ? { chat_template: chatTemplate } : {}),
  };
  let whole: string | undefined; // Deriving merges takes seconds, and every checkpoint asks again.
  return createTokenizer({
    where,
    encoder,
    vocabSize: vocabulary.tokens.length,
    json,
    config,
    ...(typeof chatTemplate === 'string' ? { chatTemplate } : {}),
    endIds: vocabulary.endIds,
    files() {
      whole ??= JSON.stringify(wholeJson());
      return new Map([
        ['tokenizer.json', whole],
        ['tokenizer_config.json', `${JSON.stringify(config, null, 2)}\n`],
      ]);
    },
  });
}

function rebuilt(where: string, metadata: Metadata, vocabulary: GgufVocabulary): RebuiltTokenizer {
  const model = metadata.get('tokenizer.ggml.model');
  if (model === 'gpt2') return byteLevelTokenizer(where, metadata, vocabulary);
  if (model === 'llama') return sentencePieceTokenizer(where, metadata, vocabulary);
  throw new ModelError(
    `${where}: its tokenizer is of kind ${String(model)}, and gpt2 and llama are supported; use the model's Hugging Face folder instead`,
  );
}
