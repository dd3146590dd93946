/** The shapes of the studio's API, for the page and whoever else calls it: schemas and routes, free of Node. */
export { commandLine } from './command-line.ts';
export {
  addWords,
  checkWords,
  enrichWords,
  exportFile,
  exportWords,
  showWords,
  splitWords,
} from './data-words.ts';
export {
  type Binned,
  DATASETS,
  type DataRow,
  type Dataset,
  type Lengths,
  type Overview,
  type Plan,
  type PlanRequest,
  type Reading,
  type RoleTexts,
  type ShownRow,
  type Table,
  type Upload,
} from './dataset.ts';
export {
  type Change,
  type CheckRequest,
  type CheckUp,
  type Diagnosis,
  DOCTOR,
  type Examination,
  type Fixed,
} from './doctor.ts';
export { ENRICHMENTS, type Enrichment, type EnrichSettings, EnrichTask } from './enrichment.ts';
export {
  type AskedEndpoint,
  type Comparison,
  type Correction,
  EVALUATIONS,
  type EvaluationDetail,
  type JudgedRow,
  type ModelReport,
} from './evaluation.ts';
export { EXPERIMENTS, type Experiment } from './experiment.ts';
export { JOBS, type Job, type JobKind } from './job.ts';
export { LOADTESTS, type LoadTest, type Measurement } from './loadtest.ts';
export {
  type Adapter,
  MODELS,
  type Model,
  type ModelInfo,
  type ModelNeeds,
  type Need,
  type RemovedModel,
} from './model.ts';
export { Problem, type Route, Told } from './route.ts';
export { type Estimate, RUNS, type Run, type RunDetail } from './run.ts';
export {
  type ChatMessage,
  ChatRequest,
  SERVERS,
  type Server,
  type ServerFigures,
} from './server.ts';
export { SETTINGS, StudioSettings } from './settings.ts';
export { EXPORTS, type Exported, ExportFormat, SPLITS, type Split, type SplitRequest } from './split.ts';
export { STATUS, type Status } from './status.ts';
