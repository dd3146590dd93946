/** The shapes of the studio's API, for the page and whoever else calls it: schemas and routes, free of Node. */
export {
  DATASETS,
  type DataRow,
  type Dataset,
  type Lengths,
  type Overview,
  type Plan,
  type RoleTexts,
  type ShownRow,
  type Table,
  type Upload,
} from './dataset.ts';
export {
  EVALUATIONS,
  type EvaluationDetail,
  type JudgedRow,
  type ModelReport,
} from './evaluation.ts';
export { EXPERIMENTS, type Experiment } from './experiment.ts';
export { JOBS, type Job, type JobKind } from './job.ts';
export { LOADTESTS, type LoadTest, type Measurement } from './loadtest.ts';
export { type Adapter, MODELS, type Model } from './model.ts';
export { Problem, type Route } from './route.ts';
export { type Estimate, RUNS, type Run, type RunDetail, type Series } from './run.ts';
export {
  type ChatMessage,
  ChatRequest,
  SERVERS,
  type Server,
  type ServerFigures,
} from './server.ts';
export { STATUS, type Status } from './status.ts';
