/**
 * graph: symbolic tensors, their reverse rules, and graphs that run. Knows no models. It is also the door to
 * devices and their memory for the rooms above.
 */
export {
  Arena,
  Device,
  type DeviceDescription,
  type DeviceTensor,
  fromFloat32,
  listDevices,
  nativeNote,
  readTensor,
  toFloat32,
  Variables,
  writeTensor,
} from '../ggml/index.ts';
export { compile, type Executable, type HostArray } from './compile.ts';
export { CompiledGraphs } from './compiled-graphs.ts';
export { gradients } from './gradients.ts';
export { geglu, log, sqr, swiglu } from './ops/activations.ts';
export { add, mul, scale, sumLast } from './ops/arithmetic.ts';
export {
  causalMask,
  type RowPlaces,
  rowPlaces,
  type SharedPrefixShape,
  sharedPrefixAttention,
} from './ops/attention.ts';
export {
  type AttentionSegment,
  cachedAttention,
  segmentMask,
  segmentPlaces,
  segmentPlan,
  segmentPlanSize,
} from './ops/cached-attention.ts';
export { crossEntropy } from './ops/cross-entropy.ts';
export { accumulate, adamw, assign, setRows } from './ops/effects.ts';
export { argmax } from './ops/inference.ts';
export { reshape, slice, transposed } from './ops/layout.ts';
export { input, variable } from './ops/leaf.ts';
export { adaptedLinear, linear, lowRankDown, lowRankLinear, readsStored } from './ops/linear.ts';
export { matmulT } from './ops/matmul.ts';
export { softmax, weightedRmsNorm } from './ops/normalization.ts';
export { type Rope, rope } from './ops/rope.ts';
export { embedding, selectRows } from './ops/rows.ts';
export { peakMemory } from './peak-memory.ts';
export { elementCount, type Shape, type Tensor } from './tensor.ts';
