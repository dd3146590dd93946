/** hub: names to files on this machine. */
export type { LicenseNotice } from './license.ts';
export { type ResolvedModel, resolveModel } from './resolve-model.ts';
export { STARTERS } from './starters.ts';
