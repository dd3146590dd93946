/** What a row becomes on its way to the model, and what is said about rows that did not make it whole. */
import type { Bilingual, Language } from '../core/index.ts';
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
export interface RowFinding extends RowOrigin {
  readonly kind: 'dropped' | 'cut';
  readonly reason: string;
  /** The reason in Chinese, where there is such. */
  readonly zh?: string | undefined;
}

/** Why a row was left out or cut, as a finding holds it. */
export type Reason = Pick<RowFinding, 'reason' | 'zh'>;

export function reasonIn({ reason, zh }: Reason, language: Language): string {
  return language === 'zh' ? (zh ?? reason) : reason;
}

export function reasonOf({ en, zh }: Bilingual): Reason {
  return zh === en ? { reason: en } : { reason: en, zh };
}
