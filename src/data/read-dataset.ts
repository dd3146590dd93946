/**
 * The rows of a data set as its entry chooses them: folder, subset and split beside file_name, then num_samples. Knows
 * nothing of what the columns mean.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { DataError, Random } from '../core/index.ts';
import type { DatasetEntry, Split, SplitEdge } from './dataset-info.ts';
import { filesAt, readFiles } from './read-rows.ts';
import type { FileRows, Row } from './rows.ts';

/** Other words for a split, as files are called. */
const SPLIT_WORDS: Readonly<Record<string, readonly string[]>> = {
  validation: ['validation', 'valid', 'val', 'dev'],
};

/**
 * @param seed draws the rows of num_samples
 * @throws DataError when a file is missing or broken, no file is of the split, or no row is left
 */
export async function readDataset(entry: DatasetEntry, seed: number): Promise<FileRows> {
  const path = pathOf(entry);
  const sheet = isWorkbook(path) ? entry.subset : undefined;
  const read = await readFiles(path, filesOf(entry, path), { sheet });
  const rows = entry.split ? sliceRows(read.rows, entry.split) : read.rows;
  if (rows.length === 0) throw new DataError(`${path}: no row is in split "${entry.split?.text}"; widen it`);
  return { rows: drawRows(rows, entry.numSamples, new Random(seed)), findings: read.findings };
}

/** What of a downloaded data set is meant; beside a file, folder and subset mean nothing, as upstream. */
function pathOf({ path, folder, subset }: DatasetEntry): string {
  let place = path;
  for (const part of [folder, subset]) {
    const inner = part === undefined ? undefined : join(place, part);
    if (inner !== undefined && existsSync(place) && statSync(place).isDirectory()) {
      if (part === folder || existsSync(inner)) place = inner;
    }
  }
  return place;
}

function filesOf({ name, split }: DatasetEntry, path: string): string[] {
  const files = filesAt(path);
  if (!split) return files;
  const words = SPLIT_WORDS[split.name] ?? [split.name];
  const matching = files.filter((file) => {
    const parts = basename(file)
      .toLowerCase()
      .split(/[^a-z0-9]+/);
    return words.some((word) => parts.includes(word));
  });
  // Upstream calls everything in local files train.
  if (matching.length > 0 && files.length > 1) return matching;
  if (split.name === 'train') return files;
  throw new DataError(
    `data set "${name}": split "${split.name}" is not in ${path}, ` +
      `${files.length === 1 ? 'a file, which holds train only' : 'of whose files none is called so'}; remove split, or name the file`,
  );
}

function isWorkbook(path: string): boolean {
  return extname(path).toLowerCase() === '.xlsx';
}

function sliceRows(rows: Row[], { from, to }: Split): Row[] {
  const place = (edge: SplitEdge | undefined, missing: number) => {
    if (!edge) return missing;
    const count = edge.isPercent ? Math.round((edge.value / 100) * rows.length) : edge.value;
    return Math.min(rows.length, Math.max(0, count < 0 ? rows.length + count : count));
  };
  return rows.slice(place(from, 0), place(to, rows.length));
}

/** A random choice without repeats, and then repeats for what is wanted beyond all rows; all in order without a wish. */
function drawRows(rows: Row[], count: number | undefined, random: Random): Row[] {
  if (count === undefined) return rows;
  const drawn = random.shuffle([...rows]).slice(0, count);
  while (drawn.length < count) drawn.push(rows[random.integer(rows.length)]!);
  return drawn;
}
