/** What the training of a run file would take: its model is fetched where it has to be, and not loaded. */
import { resolve } from 'node:path';
import type { RunConfig } from '../config/index.ts';
import type { OnProgress } from '../core/index.ts';
import { type LicenseNotice, resolveModel } from '../hub/index.ts';
import { estimateTraining, type TrainingEstimate } from '../train/index.ts';

export interface EstimateOptions {
  readonly onProgress?: OnProgress;
  readonly acceptLicense?: (notice: LicenseNotice) => Promise<boolean>;
}

export async function estimateRun(config: RunConfig, options: EstimateOptions): Promise<TrainingEstimate> {
  const { onProgress, acceptLicense } = options;
  const files = await resolveModel(config.model_name_or_path, {
    acceptLicense: config.accept_license || (acceptLicense ?? false),
    ...(onProgress && { onProgress }),
    ...(config.cache_dir === null ? {} : { cacheFolder: resolve(config.cache_dir) }),
  });
  return estimateTraining(config, files, onProgress);
}
