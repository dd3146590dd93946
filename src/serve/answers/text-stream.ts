/**
 * Tokens become text that may be shown: whole characters only, and nothing that may turn out to be the beginning of
 * a stop text. Each piece of text brings along the tokens that it is made of.
 */
import type { GeneratedToken } from '../../infer/index.ts';
import { createStreamDecoder, type StreamDecoder, type Tokenizer } from '../../text/index.ts';

export interface TextPiece {
  readonly text: string;
  readonly tokens: readonly GeneratedToken[];
}

export class TextStream {
  readonly #decoder: StreamDecoder;
  readonly #stops: readonly string[];
  /** Text not shown yet, and its tokens with the place in it where each begins. */
  #held = '';
  #tokens: { readonly token: GeneratedToken; readonly start: number }[] = [];
  #stopped = false;

  constructor(tokenizer: Tokenizer, stops: readonly string[]) {
    this.#decoder = createStreamDecoder(tokenizer);
    this.#stops = stops;
  }

  /** A stop text came; what follows it is of no interest. */
  get stopped(): boolean {
    return this.#stopped;
  }

  push(token: GeneratedToken): TextPiece {
    this.#tokens.push({ token, start: this.#held.length });
    this.#held += this.#decoder.push(token.token);
    const stop = this.#firstStop();
    if (stop >= 0) {
      this.#stopped = true;
      const piece = this.#take(stop);
      this.#held = '';
      this.#tokens = [];
      return piece;
    }
    return this.#take(this.#held.length - this.#openEnd());
  }

  /** What was held back, when nothing comes any more. */
  end(): TextPiece {
    if (this.#stopped) return { text: '', tokens: [] };
    this.#held += this.#decoder.end();
    return this.#take(this.#held.length, true);
  }

  #take(length: number, all = false): TextPiece {
    const text = this.#held.slice(0, length);
    const isOut = ({ start }: { start: number }) => all || start < length || length === this.#held.length;
    const tokens = this.#tokens.filter(isOut).map(({ token }) => token);
    this.#tokens = this.#tokens
      .filter((entry) => !isOut(entry))
      .map(({ token, start }) => ({ token, start: start - length }));
    this.#held = this.#held.slice(length);
    return { text, tokens };
  }

  #firstStop(): number {
    const found = this.#stops.map((stop) => this.#held.indexOf(stop)).filter((place) => place >= 0);
    return found.length > 0 ? Math.min(...found) : -1;
  }

  /** Characters at the end that may be the beginning of a stop text. */
  #openEnd(): number {
    return Math.max(0, ...this.#stops.map((stop) => openEnd(this.#held, stop)));
  }
}

/** Length of the longest end of `text` that is a beginning of `mark`, the whole of it excepted. */
export function openEnd(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}
