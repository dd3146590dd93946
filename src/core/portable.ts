/**
 * The part of core that runs anywhere, in a browser too: it knows no files, no process and no system. Rooms that the
 * page shares import this front door; all others take index.ts, which has everything.
 */

export {
  type Bilingual,
  bilingual,
  heard,
  type Language,
  type Reason,
  reasonIn,
  type Told,
} from './bilingual.ts';
export { ConfigError, messageOf, TunesmithError, textOf } from './errors.ts';
export { formatBytes, formatDuration } from './format.ts';
