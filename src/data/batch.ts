/**
 * Encoded rows become one micro batch for the device: the tokens that all rows begin with once, then the rows'
 * own tokens, padded at the right. Labels are already shifted to the position that predicts them.
 */
import { assert } from '../core/index.ts';
import type { EncodedSample } from './encoded-rows.ts';
import { UNLABELLED } from './lay-turns.ts';

/** Rows padded to a multiple of this, so that few shapes, and so few compiled graphs, occur. */
const ROW_LENGTH_STEP = 8;
/** A shorter prefix costs more in attention over two parts than its tokens save. */
const SHORTEST_PREFIX = 8;

export interface Batch {
  /** [P], the tokens that every row begins with; may be empty. */
  readonly prefix: Int32Array;
  /** [B, L], the rows' own tokens after the prefix. */
  readonly tokens: Int32Array;
  /** [B, L], the token to be predicted from each position; -100 for none. */
  readonly labels: Int32Array;
  /** B */
  readonly rows: number;
  /** L, a multiple of 8. */
  readonly rowLength: number;
  /** [B], own tokens of each row, padding and prefix apart; at least 1. */
  readonly lengths: Int32Array;
  readonly labelCount: number;
  /** Real tokens, the prefix counted in every row. */
  readonly tokenCount: number;
}

type Tokens = Pick<EncodedSample, 'inputIds' | 'labels'>;

/**
 * Lays rows into one batch. With sharePrefix, the longest common start of all rows becomes the prefix, as far as
 * each row keeps a token of its own and nothing that is labelled is predicted from inside the prefix.
 */
export function buildBatch(
  encoded: readonly Tokens[],
  padId: number,
  { sharePrefix }: { sharePrefix: boolean },
): Batch {
  assert(encoded.length > 0, 'a batch needs a row');
  const P = sharePrefix ? sharedPrefixLength(encoded) : 0;
  const B = encoded.length;
  const lengths = Int32Array.from(encoded, ({ inputIds }) => inputIds.length - P);
  const L = Math.ceil(Math.max(...lengths) / ROW_LENGTH_STEP) * ROW_LENGTH_STEP;
  const tokens = new Int32Array(B * L).fill(padId);
  const labels = new Int32Array(B * L).fill(UNLABELLED);
  for (const [b, row] of encoded.entries()) {
    tokens.set(row.inputIds.subarray(P), b * L);
    labels.set(row.labels.subarray(P + 1), b * L);
  }
  return {
    prefix: encoded[0]!.inputIds.slice(0, P),
    tokens,
    labels,
    rows: B,
    rowLength: L,
    lengths,
    labelCount: labels.reduce((count, label) => count + (label === UNLABELLED ? 0 : 1), 0),
    tokenCount: lengths.reduce((sum, length) => sum + length + P, 0),
  };
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
