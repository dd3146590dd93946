/** hub: names to files on this machine. */
export { describeHubModel, type HubModel } from './describe-model.ts';
export { datasetFetcher } from './fetch-dataset.ts';
export { parseHubName } from './fetch-repository.ts';
export { defaultHub, hubSettings } from './hub-settings.ts';
export { type KeptModel, keptModels, licenseOfCard, removeModel } from './kept-models.ts';
export type { LicenseNotice } from './license.ts';
export { resolveAdapter } from './resolve-adapter.ts';
export { type ResolvedModel, resolveModel } from './resolve-model.ts';
export { STARTERS } from './starters.ts';
