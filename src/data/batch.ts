/**
 * Encoded rows become one micro batch for the device: the tokens that all rows begin with once, then the rows'
 * own tokens right behind each other, as far as something is predicted from them. Labels are already shifted to the
 * position that predicts them.
 */
import { assert } from '../core/index.ts';
import type { EncodedSample } from './encoded-rows.ts';
import { UNLABELLED } from './lay-turns.ts';

/** A shorter prefix costs more in attention over two parts than its tokens save. */
const SHORTEST_PREFIX = 8;

export interface Batch {
  /** [P], the tokens that every row begins with; may be empty. */
  readonly prefix: Int32Array;
  /** [N], the rows' own tokens after the prefix, row by row; what stands behind a row's last label is left out. */
  readonly tokens: Int32Array;
  /** [N], the token to be predicted from each position; -100 for none. */
  readonly labels: Int32Array;
  /** B */
  readonly rows: number;
  /** [B], how many of the tokens are each row's; at least 1. */
  readonly lengths: Int32Array;
  readonly labelCount: number;
  /** Of the rows as they were encoded: the prefix counted in every one, nothing left out. */
  readonly tokenCount: number;
  /** Of the longest row, counted alike. */
  readonly longestRow: number;
}

type Tokens = Pick<EncodedSample, 'inputIds' | 'labels'>;

/**
 * Lays rows into one batch. With sharePrefix, the longest common start of all rows becomes the prefix, as far as
 * each row keeps a token of its own and nothing that is labelled is predicted from inside the prefix.
 */
export function buildBatch(encoded: readonly Tokens[], { sharePrefix }: { sharePrefix: boolean }): Batch {
  assert(encoded.length > 0, 'a batch needs a row');
  const P = sharePrefix ? sharedPrefixLength(encoded) : 0;
  // No token sees a later one: what nothing is predicted from need not be computed at the end of a row.
  const lengths = Int32Array.from(encoded, (row) => Math.max(usedLength(row) - P, 1));
  const N = lengths.reduce((sum, length) => sum + length, 0);
  const tokens = new Int32Array(N);
  const labels = new Int32Array(N).fill(UNLABELLED);
  let start = 0;
  for (const [b, row] of encoded.entries()) {
    const end = P + lengths[b]!;
    tokens.set(row.inputIds.subarray(P, end), start);
    labels.set(row.labels.subarray(P + 1, end + 1), start);
    start += lengths[b]!;
  }
  return {
    prefix: encoded[0]!.inputIds.slice(0, P),
    tokens,
    labels,
    rows: encoded.length,
    lengths,
    labelCount: labels.reduce((count, label) => count + (label === UNLABELLED ? 0 : 1), 0),
    tokenCount: encoded.reduce((sum, { inputIds }) => sum + inputIds.length, 0),
    longestRow: Math.max(...encoded.map(({ inputIds }) => inputIds.length)),
  };
}

/** Up to the position that the last label is predicted from. */
function usedLength({ labels }: Tokens): number {
  return labels.findLastIndex((label) => label !== UNLABELLED);
}

function sharedPrefixLength([first, ...others]: readonly Tokens[]): number {
  if (!first || others.length === 0) return 0;
  let length = ownTokensFrom(first);
  for (const row of others) {
    const limit = Math.min(length, ownTokensFrom(row));
    length = 0;
    while (length < limit && row.inputIds[length] === first.inputIds[length]) length++;
  }
  return length < SHORTEST_PREFIX ? 0 : length;
}

/** The last position at which a row's own tokens may begin: it keeps one token, and predicts its labels itself. */
function ownTokensFrom({ inputIds, labels }: Tokens): number {
  const firstLabelled = labels.findIndex((label, position) => position > 0 && label !== UNLABELLED);
  return firstLabelled === -1 ? inputIds.length - 1 : firstLabelled - 1;
}
