/** The parts of Hugging Face's tokenizer files that are looked into here; all else is passed through. */

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Control marks, which decoding may leave out. */
  readonly special: boolean;
  /** Looked for after the normalizer ran, instead of before. */
  readonly normalized: boolean;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
}

export interface Component {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** tokenizer.json */
export interface TokenizerJson {
  readonly version: string;
  readonly truncation: null;
  readonly padding: null;
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: Component | null;
  readonly pre_tokenizer: Component | null;
  readonly post_processor: Component | null;
  readonly decoder: Component | null;
  readonly model: Component;
}

/** A special token's name in tokenizer_config.json: bare, or with its settings. */
export type NamedToken = string | { readonly content: string } | null;

/** tokenizer_config.json */
export interface TokenizerConfig {
  readonly bos_token?: NamedToken;
  readonly eos_token?: NamedToken;
  readonly pad_token?: NamedToken;
  readonly unk_token?: NamedToken;
  readonly chat_template?: unknown;
  readonly [key: string]: unknown;
}

export function addedToken(id: number, content: string, special: boolean): AddedToken {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special };
}

export function tokenName(token: NamedToken | undefined): string | undefined {
  return (typeof token === 'string' ? token : token?.content) || undefined;
}
