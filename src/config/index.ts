/** config: the settings of a run, read from files, words and forms, checked, resolved, and written back. */
export { defaultInWords, valuesInWords } from './describe.ts';
export { EndpointSchema } from './endpoint-schema.ts';
export {
  type CandidateSpec,
  type CriterionSpec,
  type Experiment,
  type LoadTestSpec,
  resolveExperiment,
  type Variant,
} from './experiment.ts';
export { experimentKeys } from './experiment-keys.ts';
export { parseOverrides } from './overrides.ts';
export type { Problem } from './problems.ts';
export { type ReportWords, ReportWordsSchema } from './report-words.ts';
export { checkSettings, resolveRunConfig } from './resolve.ts';
export { parseRunFile, toRunFile } from './run-file.ts';
export type { Group, Kind, Setting, Status } from './setting.ts';
export { GROUPS, type RunConfig, SETTINGS } from './settings.ts';
