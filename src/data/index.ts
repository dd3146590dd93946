/** data: from files to samples, and from the name of a data set to batches of token ids; knows templates and tokenizers, no model. */
export { guessRoles, ROLES, type Role } from './add/guess-roles.ts';
export { type DatasetPlan, planDataset, type RoleTexts } from './add/plan-dataset.ts';
export { openTable, type SourceTable } from './add/source-table.ts';
export { type Batch, buildBatch } from './batch.ts';
export { type EncodeSettings, encodeSamples, encodeSettings } from './encode.ts';
export { type EncodedRows, type EncodedSample, rowsInMemory } from './encoded-rows.ts';
export { exportDataset } from './export/export-dataset.ts';
export { EXPORT_FORMATS, type ExportFormat } from './export/formats.ts';
export { loadDatasets } from './load-datasets.ts';
export { type EpochPlan, planEpoch } from './plan.ts';
export { readRows } from './read-rows.ts';
export type { ReadOptions } from './rows.ts';
export type { RowFinding, Sample } from './samples.ts';
export { type ShownRow, type ShownToken, showRow } from './show-row.ts';
export { type SplitRecord, splitDataset } from './split/split-dataset.ts';
export { splitTrainValidation } from './split/train-validation.ts';
