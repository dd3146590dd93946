/** A batch of rows as the inputs of a loss graph: which positions have labels, and where they lie in memory. */
import type { Batch } from '../data/index.ts';
import type { BatchShape } from './training-graph.ts';

/** Label rows are padded to a multiple of this, so that few graphs are compiled. */
const LABEL_STEP = 16;

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
  const T = P + batch.tokens.length;
  const R = Math.max(1, Math.ceil(batch.labelCount / LABEL_STEP)) * LABEL_STEP;
  const tokens = new Int32Array(T);
  tokens.set(batch.prefix);
  tokens.set(batch.tokens, P);
  // Padding reads row 0 and label 0 with weight 0; no gradient comes back from it.
  const rows = new Int32Array(R);
  const places = Int32Array.from({ length: R }, (_, row) => row * vocabSize);
  const weights = new Float32Array(R);
  const inverse = new Int32Array(T).fill(R);
  let row = 0;
  for (const [index, label] of batch.labels.entries()) {
    if (label < 0) continue;
    rows[row] = P + index;
    places[row]! += label;
    weights[row] = weight;
    inverse[P + index] = row++;
  }
  const shape = { prefix: P, rows: batch.rows, rowLength: batch.rowLength, labels: R };
  return { shape, inputs: { tokens, rows, inverse, places, weights } };
}
