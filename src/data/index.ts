/** data: from the name of a data set to batches of token ids; knows templates and tokenizers, no model. */
export { type Batch, buildBatch } from './batch.ts';
export { type EncodedSample, type EncodeSettings, encodeSamples } from './encode.ts';
export { loadDatasets } from './load-datasets.ts';
export { planByLength, planEpoch } from './plan.ts';
export type { RowFinding, Sample } from './samples.ts';
export { splitTrainValidation } from './split.ts';
