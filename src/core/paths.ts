/** Where things lie that belong to the user and not to a project. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The cache of downloads, built kernels and the index of runs: `TUNESMITH_CACHE`, else the system's cache folder. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['TUNESMITH_CACHE']) return environment['TUNESMITH_CACHE'];
  const base = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(base, 'tunesmith');
}
