/** All jobs, in the order in which they run. */
import type { Job } from './job.ts';
import { CONSTANT_COST } from './jobs/constant-cost.ts';
import { DECODING } from './jobs/decoding.ts';
import { LABEL_SCORING } from './jobs/label-scoring.ts';
import { LOAD_TEST } from './jobs/load-test.ts';
import { PREPROCESS } from './jobs/preprocess.ts';
import { REAL_INPUT } from './jobs/real-input.ts';
import { SCALE } from './jobs/scale.ts';
import { SERVE_OVERHEAD } from './jobs/serve-overhead.ts';
import { SERVING } from './jobs/serving.ts';
import { STUDIO } from './jobs/studio.ts';
import { TRAINING_JOBS } from './jobs/training.ts';

export const JOBS: readonly Job[] = [
  ...TRAINING_JOBS,
  LABEL_SCORING,
  DECODING,
  SCALE,
  CONSTANT_COST,
  PREPROCESS,
  REAL_INPUT,
  LOAD_TEST,
  SERVE_OVERHEAD,
  SERVING,
  STUDIO,
];
