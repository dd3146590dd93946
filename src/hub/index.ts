/** hub: names to files on this machine. */
export { describeHubModel, type HubModel } from './describe-model.ts';
export { keptModels, removeModel } from './kept-models.ts';
export type { LicenseNotice } from './license.ts';
export { type ResolvedModel, resolveModel } from './resolve-model.ts';
export { STARTERS } from './starters.ts';
