/** files: weight files, read and written; nothing in them is believed before it was checked. */
export { openGguf } from './gguf.ts';
export { type GgufField, writeGguf } from './gguf-writer.ts';
export { openSafetensors, openShardedSafetensors } from './safetensors.ts';
export { writeSafetensors } from './safetensors-writer.ts';
export type { MetadataValue, TensorInfo, TensorSource } from './tensor-source.ts';
export type { WrittenTensor } from './written-tensor.ts';
