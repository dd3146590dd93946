/** load: a name's files become a ready decoder, tokenizer and adapter; and adapters go back to files. */

export { nativeNote } from '../graph/index.ts';
export { type Adapter, readAdapter, writeAdapter } from './adapter-files.ts';
export { readArrays, writeArrays } from './array-file.ts';
export {
  adaptedDecoder,
  baseDecoder,
  createAdapter,
  type LoadedAdapter,
  type LoadedModel,
  loadAdapter,
  loadModel,
  mergeAdapter,
} from './load-model.ts';
export type { WeightDtype } from './load-weights.ts';
export { availableMemory } from './memory-check.ts';
export { openDevice } from './open-device.ts';
export { readSpec } from './weight-files.ts';
