/**
 * The part of core that runs anywhere, in a browser too: it knows no files, no process and no system. Rooms that the
 * page shares import this front door; all others take index.ts, which has everything.
 */

export type { Bilingual, Language } from './bilingual.ts';
export { ConfigError, messageOf } from './errors.ts';
export { formatBytes, formatDuration } from './format.ts';
