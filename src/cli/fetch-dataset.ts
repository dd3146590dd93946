/** Brings data sets of hubs here, with a bar while they come. */
import type { Language } from '../core/index.ts';
import type { FetchFiles } from '../data/index.ts';
import { datasetFetcher } from '../hub/index.ts';
import { createTaskProgress } from './task-progress.ts';

export function fetchWithProgress(language: Language): FetchFiles {
  return async (request) => {
    const progress = createTaskProgress(language);
    try {
      return await datasetFetcher({ onProgress: progress.report })(request);
    } finally {
      progress.done();
    }
  };
}
