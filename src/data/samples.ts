/** What a row becomes on its way to the model, and what is said about rows that did not make it whole. */
import type { Reason } from '../core/index.ts';
import type { Conversation } from '../text/index.ts';

/** Where a row stands. */
export interface RowOrigin {
  readonly file: string;
  /** 1-based: the place in a list, or the line in a file of lines. */
  readonly row: number;
}

/** A conversation whose last message is the answer to be learnt. */
export interface Sample {
  readonly conversation: Conversation;
  readonly origin: RowOrigin;
}

/** A row that was left out, or that lost tokens, and why. */
export interface RowFinding extends RowOrigin, Reason {
  readonly kind: 'dropped' | 'cut';
}
