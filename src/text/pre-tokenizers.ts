/**
 * How byte-level BPE cuts text into words before merging, by the names that GGUF files use (tokenizer.ggml.pre).
 * Patterns are applied one after the other; what is between the matches stays a piece of its own.
 * @see https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp
 */

export interface PreTokenizer {
  readonly patterns: readonly string[];
  /** A word that is a token is taken whole, without merging. */
  readonly ignoreMerges?: boolean;
  /** Composes characters first; llama.cpp leaves that out, the original tokenizers do it. */
  readonly nfc?: boolean;
  /** The original tokenizer starts every text with BOS where the file does not say. */
  readonly addBos?: boolean;
}

const GPT2_WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Words of the GPT-4 kind; they differ in how many digits stay together. */
const wordsWith = (digits: string): string =>
  "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" +
  `${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

const GPT2: PreTokenizer = { patterns: [GPT2_WORDS] };
const SINGLE_DIGITS: PreTokenizer = { patterns: ['\\p{N}', GPT2_WORDS] };
const LLAMA3: PreTokenizer = { patterns: [wordsWith('\\p{N}{1,3}')], ignoreMerges: true, addBos: true };
const THREE_DIGITS: PreTokenizer = { patterns: [wordsWith('\\p{N}{1,3}')] };
const QWEN2: PreTokenizer = { patterns: [wordsWith('\\p{N}')], nfc: true };

export const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map([
  ['default', { patterns: ['[\\p{P}\\$\\+<=>\\^~\\|]+', GPT2_WORDS, '\\p{N}+', '[0-9][0-9][0-9]'] }],
  ['gpt-2', GPT2],
  ['phi-2', GPT2],
  ['mpt', GPT2],
  ['olmo', GPT2],
  ['smollm', SINGLE_DIGITS],
  ['starcoder', SINGLE_DIGITS],
  ['refact', SINGLE_DIGITS],
  ['codeshell', SINGLE_DIGITS],
  ['llama3', LLAMA3],
  ['llama-v3', LLAMA3],
  ['llama-bpe', LLAMA3],
  ['falcon3', LLAMA3],
  ['smaug-bpe', THREE_DIGITS],
  ['dbrx', THREE_DIGITS],
  ['qwen2', QWEN2],
  ['deepseek-r1-qwen', QWEN2],
]);
