/**
 * What the rest of the program knows of a tokenizer, whatever file it came from.
 * Knows no templates: which marks a conversation needs is the business of a template.
 */

export interface Tokenizer {
  /** One more than the largest id; a model's embedding may have more rows. */
  readonly vocabSize: number;
  /** Special tokens written in the text are recognised as such; none are added. */
  encode(text: string): number[];
  /** Ids outside the vocabulary (padding rows of an embedding) are left out, broken UTF-8 becomes U+FFFD. */
  decode(ids: readonly number[], options?: DecodeOptions): string;
  /** The bytes that a token stands for: a piece of UTF-8, maybe less than one character; none for unknown ids. */
  tokenBytes(id: number): Uint8Array;
  tokenToId(token: string): number | undefined;
  idToToken(id: number): string | undefined;
  isSpecial(id: number): boolean;
  readonly bosToken?: string | undefined;
  readonly eosToken?: string | undefined;
  readonly padToken?: string | undefined;
  readonly bosId?: number | undefined;
  readonly eosId?: number | undefined;
  readonly padId?: number | undefined;
  /** All tokens that the model's own files name as ends of a text or turn, EOS first. */
  readonly endTokens: readonly string[];
  /** The model's own Jinja template. */
  readonly chatTemplate?: string | undefined;
  /** What an output folder needs so that others can load it: file name -> content. */
  files(): ReadonlyMap<string, string>;
}

interface DecodeOptions {
  /** Leaves out special tokens; false by default. */
  readonly skipSpecialTokens?: boolean;
}
