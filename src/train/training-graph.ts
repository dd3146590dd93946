/**
 * The graphs of supervised fine-tuning with an adapter: loss of a batch, and its gradients added to a flat buffer.
 * Logits, and what the last layer does behind its attention, exist only where there are labels.
 */
import {
  accumulate,
  crossEntropy,
  elementCount,
  gradients,
  input,
  mul,
  reshape,
  selectRows,
  slice,
  sumLast,
  type Tensor,
} from '../graph/index.ts';
import {
  type Decoder,
  hiddenStates,
  type LoraParameter,
  outputHead,
  type PrefixBatchShape,
  SharedPrefixAttention,
} from '../model/index.ts';

export interface BatchShape extends PrefixBatchShape {
  /** R: rows of logits; some may be padding of weight 0. */
  readonly labels: number;
}

export interface LossGraph {
  /** Σ weight · loss over the labels, [1, 1]. */
  readonly loss: Tensor;
  /** Loss per label, [R, 1]. */
  readonly losses: Tensor;
  readonly weights: Tensor;
  /** Inputs that the shape alone decides. */
  readonly fixedInputs: Record<string, Float32Array>;
}

/** Inputs: tokens [T], labelled [R], inverse [T], places [R], weights [R, 1], and those of the attention. */
export function lossGraph(decoder: Decoder, shape: BatchShape, purpose: 'train' | 'evaluate'): LossGraph {
  const { tokens: T, labels: R } = shape;
  const pattern = new SharedPrefixAttention(decoder.spec, shape);
  const { positions } = pattern;
  const rows = input('labelled', [R], 'i32');
  const inverse = input('inverse', [T], 'i32');
  const labelled = (x: Tensor) => selectRows(x, rows, inverse);
  const tokens = input('tokens', [T], 'i32');
  const hidden = hiddenStates(decoder, { tokens, positions }, pattern, labelled);
  const places = input('places', [R], 'i32');
  const withSlopes = purpose === 'train';
  const losses = crossEntropy(hidden, outputHead(decoder), places, { withSlopes });
  const weights = input('weights', [R, 1]);
  const loss = sumLast(reshape(mul(losses, weights), [1, R]));
  return { loss, losses, weights, fixedInputs: pattern.masks };
}

/**
 * What a micro batch computes: its loss, then every parameter's gradient added to the flat buffer.
 * @param gradient variable [N], parallel to the parameters
 * @returns outputs; the loss comes first
 */
export function trainingOutputs(
  { loss, losses, weights }: LossGraph,
  adapter: { parameters: readonly LoraParameter[]; tensors: readonly Tensor[] },
  gradient: Tensor,
): Tensor[] {
  const parts = gradients(losses, weights, adapter.tensors);
  // From the last layer to the first, as the gradients come to exist: nothing is kept longer than needed.
  const effects = adapter.parameters.flatMap(({ shape, offset }, index) => {
    const part = parts[index];
    if (!part) return [];
    const target = reshape(slice(gradient, 0, offset, elementCount(shape)), shape);
    return [accumulate(target, part)];
  });
  return [loss, ...effects.reverse()];
}
