/** A path as a person would type it: from where they are, unless that leads up. */
import { relative } from 'node:path';

export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}
