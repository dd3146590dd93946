/** What the training of a run file would take: its model is fetched where it has to be, and not loaded. */
import type { RunConfig } from '../config/index.ts';
import type { OnProgress } from '../core/index.ts';
import { datasetFetcher, type LicenseNotice } from '../hub/index.ts';
import { estimateTraining, type TrainingEstimate } from '../train/index.ts';
import { findModel, withAdapters } from './find-model.ts';

export interface EstimateOptions {
  readonly onProgress?: OnProgress;
  readonly acceptLicense?: (notice: LicenseNotice) => Promise<boolean>;
}

export async function estimateRun(config: RunConfig, options: EstimateOptions): Promise<TrainingEstimate> {
  const { onProgress } = options;
  const files = await findModel(config, options);
  const placed = await withAdapters(config, options);
  return estimateTraining(placed, files, { onProgress, fetchFiles: datasetFetcher({ onProgress }) });
}
