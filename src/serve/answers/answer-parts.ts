/**
 * Takes the text of an answer apart as it comes: thoughts, what is said, calls of tools. What may turn out to be a
 * mark is held back until that is known. Knows no tokens.
 */
import type { CallReader, WrittenCall } from '../../text/index.ts';
import { openEnd } from './text-stream.ts';

export type AnswerPart =
  | { readonly kind: 'reasoning' | 'content'; readonly text: string }
  | { readonly kind: 'call'; readonly call: WrittenCall };

export interface PartsOptions {
  /** Whether an answer may begin with thoughts; `open`: the prompt has begun them. */
  readonly thoughts: 'none' | 'possible' | 'open';
  /** Where tools were told. */
  readonly calls?: CallReader | undefined;
}

const OPEN = '<think>';
const CLOSE = '</think>';

/** Where in the answer we are: each state takes what it can from the text, and says which comes next. */
type State = 'start' | 'reasoning' | 'afterThoughts' | 'beginning' | 'content' | 'call' | 'wholeCall';

export class AnswerParts {
  readonly #calls: CallReader | undefined;
  #state: State;
  #held = '';
  #hasThought = false;

  constructor({ thoughts, calls }: PartsOptions) {
    this.#calls = calls;
    this.#state = thoughts === 'open' ? 'reasoning' : thoughts === 'possible' ? 'start' : 'beginning';
  }

  push(text: string): AnswerPart[] {
    this.#held += text;
    return this.#advance(false);
  }

  end(): AnswerPart[] {
    return this.#advance(true);
  }

  #advance(atEnd: boolean): AnswerPart[] {
    const parts: AnswerPart[] = [];
    for (let before: State | undefined; before !== this.#state; ) {
      before = this.#state;
      parts.push(...this.#step(before, atEnd));
    }
    return parts;
  }

  #step(state: State, atEnd: boolean): AnswerPart[] {
    switch (state) {
      case 'start': {
        const text = this.#held.trimStart();
        if (text.startsWith(OPEN)) {
          this.#held = text.slice(OPEN.length);
          this.#state = 'reasoning';
        } else if (atEnd || !OPEN.startsWith(text)) this.#state = 'beginning';
        return [];
      }
      case 'reasoning':
        return this.#upTo(CLOSE, 'reasoning', 'afterThoughts', atEnd);
      case 'afterThoughts': {
        this.#held = this.#held.trimStart();
        if (this.#held !== '') this.#state = 'beginning';
        return [];
      }
      case 'beginning': {
        const text = this.#held.trimStart();
        const beginnings = this.#calls?.beginnings ?? [];
        if (beginnings.some((mark) => text.startsWith(mark))) this.#state = 'wholeCall';
        else if (atEnd || !beginnings.some((mark) => mark.startsWith(text))) this.#state = 'content';
        return [];
      }
      case 'content': {
        const marks = this.#calls?.marks;
        if (marks) return this.#upTo(marks[0], 'content', 'call', atEnd);
        return said('content', this.#takeAll());
      }
      case 'call': {
        const [open, close] = this.#calls!.marks!;
        const end = this.#held.indexOf(close);
        if (end < 0 && !atEnd) return [];
        const body = this.#held.slice(0, end < 0 ? undefined : end);
        this.#held = end < 0 ? '' : this.#held.slice(end + close.length);
        this.#state = 'content';
        return this.#callsIn(body) ?? said('content', open + body + (end < 0 ? '' : close));
      }
      case 'wholeCall': {
        if (!atEnd) return [];
        const text = this.#takeAll();
        return this.#callsIn(text) ?? said('content', text);
      }
    }
  }

  /** All before the mark; behind it the next state begins. White space around thoughts is none of theirs. */
  #upTo(mark: string, kind: 'reasoning' | 'content', next: State, atEnd: boolean): AnswerPart[] {
    const isThought = kind === 'reasoning';
    if (isThought && !this.#hasThought) this.#held = this.#held.trimStart();
    const end = this.#held.indexOf(mark);
    if (end >= 0) this.#state = next;
    const bound = end >= 0 ? end : this.#held.length - (atEnd ? 0 : openEnd(this.#held, mark));
    const before = this.#held.slice(0, bound);
    const text = isThought ? before.trimEnd() : before;
    if (isThought && text !== '') this.#hasThought = true;
    this.#held = end >= 0 ? this.#held.slice(end + mark.length) : atEnd ? '' : this.#held.slice(text.length);
    return said(kind, text);
  }

  #callsIn(text: string): AnswerPart[] | undefined {
    return this.#calls?.read(text.trim())?.map((call) => ({ kind: 'call', call }));
  }

  #takeAll(): string {
    const text = this.#held;
    this.#held = '';
    return text;
  }
}

function said(kind: 'reasoning' | 'content', text: string): AnswerPart[] {
  return text === '' ? [] : [{ kind, text }];
}
