/**
 * Labels that somebody marked as wrong, in `corrections.jsonl` of an evaluation's folder, a line each, as `tunesmith
 * rejudge --corrections` reads them. The data set stays as it is.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/index.ts';
import type { Correction } from './wire/index.ts';

export const CORRECTIONS = 'corrections.jsonl';

export function readCorrections(folder: string): Correction[] {
  const path = join(folder, CORRECTIONS);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Correction);
}

/** A row has one correction at most; without any the file is gone. */
export function keepCorrection(folder: string, correction: Correction, isTakenBack: boolean): void {
  const others = readCorrections(folder).filter((one) => !isSamePlace(one, correction));
  const kept = isTakenBack ? others : [...others, correction];
  const path = join(folder, CORRECTIONS);
  if (kept.length === 0) rmSync(path, { force: true });
  else writeFileAtomic(path, kept.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

export function correctionOf(
  corrections: readonly Correction[],
  place: Pick<Correction, 'file' | 'row'>,
): Correction | undefined {
  return corrections.find((one) => isSamePlace(one, place));
}

function isSamePlace(a: Pick<Correction, 'file' | 'row'>, b: Pick<Correction, 'file' | 'row'>): boolean {
  return a.row === b.row && a.file === b.file;
}
