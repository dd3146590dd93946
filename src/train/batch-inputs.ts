/** A batch of rows as the inputs of a loss graph: where rows lie, which positions have labels, and which label. */
import type { Batch } from '../data/index.ts';
import { rowInputs } from '../model/index.ts';
import type { BatchShape } from './training-graph.ts';

/** Tokens and labels are filled up to a multiple of these, so that few graphs are compiled. */
const TOKEN_STEP = 16;
const LABEL_STEP = 16;
/** The longest row counts up to a multiple of this. On devices that pad rows, attention is computed for so many. */
const LENGTH_STEP = 32;

export interface BatchInputs {
  readonly shape: BatchShape;
  readonly inputs: Record<string, Int32Array | Float32Array>;
}

/**
 * @param weight of each label in the sum of losses
 * @param vocabSize V
 */
export function batchInputs(batch: Batch, vocabSize: number, weight: number): BatchInputs {
  const P = batch.prefix.length;
  const T = roundUp(P + batch.tokens.length, TOKEN_STEP);
  const R = roundUp(Math.max(1, batch.labelCount), LABEL_STEP);
  const tokens = new Int32Array(T);
  tokens.set(batch.prefix);
  tokens.set(batch.tokens, P);
  // What fills up is the end of the last row, where no other token sees it.
  const lengths = batch.lengths.slice();
  lengths[batch.rows - 1]! += T - P - batch.tokens.length;
  const longest = roundUp(Math.max(...lengths), LENGTH_STEP);
  // Labels that fill up are predicted from token 0 with weight 0; no gradient comes back from them.
  const labelled = new Int32Array(R);
  const places = Int32Array.from({ length: R }, (_, row) => row * vocabSize);
  const weights = new Float32Array(R);
  const inverse = new Int32Array(T).fill(R);
  let row = 0;
  for (const [index, label] of batch.labels.entries()) {
    if (label < 0) continue;
    labelled[row] = P + index;
    places[row]! += label;
    weights[row] = weight;
    inverse[P + index] = row++;
  }
  const shape = { prefix: P, rows: batch.rows, longest, tokens: T, labels: R };
  return {
    shape,
    inputs: { ...rowInputs(shape, lengths), tokens, labelled, inverse, places, weights },
  };
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
