/** The tokenizer of a Hugging Face folder: tokenizer.json, tokenizer_config.json, chat_template.jinja, generation_config.json. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ModelError, messageOf, StorageError } from '../core/index.ts';
import { createEncoder } from './create-encoder.ts';
import { createTokenizer } from './create-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { addedToken, type TokenizerConfig, type TokenizerJson, tokenName } from './tokenizer-json.ts';

const TOKENIZER = 'tokenizer.json';

/** What makes up a tokenizer for those who load the folder. */
const FILES = [
  TOKENIZER,
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
];

/** Gemma's, the largest known, has 33 MB; a string takes at most 512 MB. */
const MAX_BYTES = 400_000_000;

/** @throws ModelError when there is no tokenizer.json, or it is broken or of a kind that is not supported */
export function loadFolderTokenizer(folder: string): Tokenizer {
  const where = join(folder, TOKENIZER);
  const given = readJson<TokenizerJson>(where);
  if (given === undefined) throw missing(folder);
  if (typeof given.model !== 'object' || given.model === null || !Array.isArray(given.added_tokens ?? [])) {
    throw new ModelError(`${where}: is no tokenizer, as it has no model; get the file again`);
  }
  const config = readJson<TokenizerConfig>(join(folder, 'tokenizer_config.json')) ?? {};
  const named = readJson<TokenizerConfig>(join(folder, 'special_tokens_map.json')) ?? {};
  const { eos_token_id: endIds } =
    readJson<{ eos_token_id?: number | number[] }>(join(folder, 'generation_config.json')) ?? {};
  const names = { ...named, ...config };
  const json = withNamedTokens(completed(given), names);
  return createTokenizer({
    where,
    encoder: createEncoder(where, json),
    vocabSize: vocabSizeOf(json),
    json,
    config: names,
    chatTemplate: chatTemplate(folder, config),
    endIds: [endIds ?? []].flat(),
    files: () =>
      new Map(
        FILES.flatMap((name) => {
          const text = readText(join(folder, name));
          return text === undefined ? [] : [[name, text] as const];
        }),
      ),
  });
}

/** Older files leave out parts that are not there. */
function completed(json: Partial<TokenizerJson> & Pick<TokenizerJson, 'model'>): TokenizerJson {
  const none = { version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null };
  return { ...none, pre_tokenizer: null, post_processor: null, decoder: null, ...json };
}

/** Tokens that the configuration calls BOS, EOS, PAD or UNK are special, even where tokenizer.json forgot to say so. */
function withNamedTokens(json: TokenizerJson, config: TokenizerConfig): TokenizerJson {
  const known = new Set(json.added_tokens.map((token) => token.content));
  const vocab = (json.model['vocab'] ?? {}) as Record<string, number>;
  const missing = new Set<string>();
  for (const key of ['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const) {
    const token = tokenName(config[key]);
    if (token !== undefined && !known.has(token) && Object.hasOwn(vocab, token)) missing.add(token);
  }
  if (missing.size === 0) return json;
  const added = [...missing].map((token) => addedToken(vocab[token] ?? 0, token, true));
  return { ...json, added_tokens: [...json.added_tokens, ...added] };
}

function vocabSizeOf({ model, added_tokens }: TokenizerJson): number {
  const vocab = model['vocab'] ?? {};
  let size = Array.isArray(vocab) ? vocab.length : 0;
  if (!Array.isArray(vocab)) for (const id of Object.values(vocab)) size = Math.max(size, Number(id) + 1);
  for (const { id } of added_tokens) size = Math.max(size, id + 1);
  return size;
}

function missing(folder: string): ModelError {
  const old = ['tokenizer.model', 'vocab.json'].find((name) => existsSync(join(folder, name)));
  const found = old
    ? `; it has ${old}, which transformers turns into one: AutoTokenizer.from_pretrained(…).save_pretrained(…)`
    : '';
  return new ModelError(`${folder}: has no ${TOKENIZER}${found || '; get the whole model folder'}`);
}

/** A file of its own wins; several named ones in the configuration leave the one called default. */
function chatTemplate(folder: string, config: TokenizerConfig): string | undefined {
  const file = readText(join(folder, 'chat_template.jinja'));
  if (file !== undefined) return file;
  const given = config.chat_template;
  if (typeof given === 'string') return given;
  if (!Array.isArray(given)) return undefined;
  const templates = given as { name?: unknown; template?: unknown }[];
  const chosen = templates.find((entry) => entry.name === 'default') ?? templates[0];
  return typeof chosen?.template === 'string' ? chosen.template : undefined;
}

function readJson<T>(path: string): T | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ModelError(`${path}: is no JSON: ${messageOf(error)}; get the file again`, error);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as T;
  throw new ModelError(`${path}: is no JSON object; get the file again`);
}

function readText(path: string): string | undefined {
  try {
    if (statSync(path).size > MAX_BYTES)
      throw new ModelError(`${path}: is larger than ${MAX_BYTES} bytes; get it again`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ModelError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StorageError(`${path}: cannot be read: ${messageOf(error)}; check its rights`, error);
  }
}
