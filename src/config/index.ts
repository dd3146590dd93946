/** config: the settings of a run, read from files, words and forms, checked, resolved, and written back. */
export { defaultInWords, valuesInWords } from './describe.ts';
export { parseOverrides } from './overrides.ts';
export type { Problem } from './problems.ts';
export { checkSettings, resolveRunConfig } from './resolve.ts';
export { parseRunFile, toRunFile } from './run-file.ts';
export type { Group, Kind, Setting, Status } from './setting.ts';
export { GROUPS, type RunConfig, SETTINGS } from './settings.ts';
