/** What a training will take, said before anything is loaded: graphs are built symbolically and measured. */
import { elementCount, input, peakMemory, type Tensor } from '../graph/index.ts';
import {
  type DecoderSpec,
  LoraBranches,
  type LoraSpec,
  loraParameters,
  Weights,
  weightBytes,
  weightSpecs,
} from '../model/index.ts';
import { type BatchShape, lossGraph, trainingOutputs } from './training-graph.ts';

export interface MemoryPlan {
  readonly weightBytes: number;
  /** Parameters, gradients and both moments. */
  readonly adapterBytes: number;
  /** Intermediate values of the largest batch. */
  readonly activationBytes: number;
  readonly totalBytes: number;
}

interface Work {
  readonly dtype: 'f32' | 'bf16' | 'f16';
  readonly lora: LoraSpec;
  /** The largest batch that will occur. */
  readonly shape: BatchShape;
  /** Measuring keeps no gradients, and so far less. */
  readonly purpose: 'train' | 'evaluate';
}

export function planMemory(spec: DecoderSpec, { dtype, lora, shape, purpose }: Work): MemoryPlan {
  const parameters = loraParameters(spec, lora);
  const count = parameters.reduce((sum, { shape: size }) => sum + elementCount(size), 0);
  const names = weightSpecs(spec).map(({ name, shape: size, kind }): [string, Tensor] => [
    name,
    input(name, size, kind === 'norm' ? 'f32' : dtype),
  ]);
  const branches = new LoraBranches(lora, parameters, input('adapter', [count]));
  const decoder = {
    spec,
    weights: new Weights(new Map(names)),
    adapter: branches,
    ropeFactors: () => undefined,
  };
  const graph = lossGraph(decoder, shape, purpose);
  const outputs =
    purpose === 'train'
      ? trainingOutputs(graph, { parameters, tensors: branches.tensors }, input('gradient', [count]))
      : [graph.loss];
  const weights = weightBytes(spec, dtype);
  const adapterBytes = 4 * 4 * count;
  const activationBytes = peakMemory(outputs);
  return {
    weightBytes: weights,
    adapterBytes,
    activationBytes,
    totalBytes: weights + adapterBytes + activationBytes,
  };
}
