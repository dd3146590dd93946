/**
 * How many floating point operations a training step needs: what the mathematics asks for, however it is computed.
 * Padding, recomputation and positions that need not be computed are no part of it, so that waste shows as a lower
 * share of the machine's limit.
 */
import type { Batch } from '../src/data/index.ts';
import { type DecoderSpec, LINEAR_MODULES, linearShape } from '../src/model/index.ts';

type BatchLengths = Pick<Batch, 'prefix' | 'lengths' | 'labelCount'>;

/**
 * Operations of one forward and reverse pass over a batch with a shared prefix, in units of 10⁹:
 * - frozen linears: 2 N M forward and 2 N M for dX, with N = P + Σ lengths positions and M weights in linears;
 * - the adapter: 6 N r (inputs + outputs) per linear: both narrow products forward, and for dX, dA and dB;
 * - attention: 12 H D per pair of query and visible key: q kᵀ and p v forward, dp, dv, dq and dk in reverse;
 * - the head: 4 R V C on the R labelled positions, forward and dX.
 * Norms, softmax, rotations, activations and the optimizer are left out: under 2 % for the models here.
 */
export function stepGigaFlop(spec: DecoderSpec, rank: number, batch: BatchLengths): number {
  const P = batch.prefix.length;
  const lengths = [...batch.lengths];
  const N = P + lengths.reduce((total, length) => total + length, 0);
  let flop = 4 * batch.labelCount * spec.vocabSize * spec.hiddenSize;
  for (const { window = Number.POSITIVE_INFINITY } of spec.layers) {
    for (const module of LINEAR_MODULES) {
      const [outputs, inputs] = linearShape(spec, module);
      flop += 4 * N * outputs * inputs + 6 * N * rank * (outputs + inputs);
    }
    const pairs = lengths.reduce(
      (total, length) => total + visiblePairs(P, P + length, window),
      visiblePairs(0, P, window),
    );
    flop += 12 * pairs * spec.headCount * spec.headDim;
  }
  return flop / 1e9;
}

/** Pairs of a query at positions from … to − 1 and a key that it sees. */
function visiblePairs(from: number, to: number, window: number): number {
  let pairs = 0;
  for (let position = from; position < to; position++) pairs += Math.min(position + 1, window);
  return pairs;
}
