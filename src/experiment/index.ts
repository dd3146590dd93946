/** experiment: from an experiment file to a verdict that can be signed, stage by stage, and the report on it. */
export { EXIT_CODES } from './conclude.ts';
export { type ExperimentRecord, readExperimentRecord } from './record.ts';
export { reportLanguage } from './report/edited-words.ts';
export { type ReportFiles, writeReports } from './report/write-reports.ts';
export {
  type ExperimentEvent,
  planExperiment,
  type RunExperimentOptions,
  runExperiment,
} from './run-experiment.ts';
