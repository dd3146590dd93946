/**
 * The rows of a data set as its entry chooses them: folder, subset and split beside file_name, then num_samples. Knows
 * nothing of what the columns mean.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { DataError, Random } from '../core/index.ts';
import type { DatasetEntry, Split, SplitEdge } from './dataset-info.ts';
import { filesAt, readFiles, streamFiles } from './read-rows.ts';
import type { FileRows, ReadOptions } from './rows.ts';
import { saysSplit } from './split-words.ts';

/** The rows of a data set, without holding them. */
export interface DatasetStream {
  readonly files: readonly string[];
  /** The rows that are meant, in the order of the files, each once. */
  pieces(): AsyncGenerator<FileRows>;
  /** For num_samples: which of these rows follow each other, by their place among them. */
  readonly order: Uint32Array | undefined;
}

/**
 * @param seed draws the rows of num_samples
 * @throws DataError when a file is missing or broken, no file is of the split, or no row is left
 */
export async function readDataset(entry: DatasetEntry, seed: number): Promise<FileRows> {
  const { path, files, options } = sourceOf(entry);
  const read = await readFiles(path, files, options);
  const [from, to] = boundsOf(entry.split, read.rows.length);
  const rows = read.rows.slice(from, to);
  if (rows.length === 0)
    throw new DataError({
      en: `${path}: no row is in split "${entry.split?.text}"; widen it`,
      zh: `${path}：划分 "${entry.split?.text}" 中没有数据；请放宽范围`,
    });
  const order = drawPlaces(rows.length, entry.numSamples, seed);
  return { rows: order ? Array.from(order, (place) => rows[place]!) : rows, findings: read.findings };
}

/**
 * The same rows as a stream. Its files are read once more where rows have to be counted first.
 * @param maxSamples takes the first so many rows
 */
export async function streamDataset(
  entry: DatasetEntry,
  { seed, maxSamples = Number.POSITIVE_INFINITY }: { seed: number; maxSamples?: number | undefined },
): Promise<DatasetStream> {
  const { files, options } = sourceOf(entry);
  const { split, numSamples } = entry;
  const mustCount = numSamples !== undefined || [split?.from, split?.to].some(isFromTheEnd);
  const count = mustCount ? await countRows(files, options) : Number.POSITIVE_INFINITY;
  const [from, to] = boundsOf(split, count);
  const drawn = drawPlaces(to - from, numSamples, seed)?.subarray(0, maxSamples);
  if (!drawn)
    return {
      files,
      order: undefined,
      pieces: () => slice(files, options, { from, to: Math.min(to, from + maxSamples) }),
    };
  const wanted = new Uint8Array(to - from);
  for (const place of drawn) wanted[place] = 1;
  // A row's place among those that are read, which lack the rows that nobody drew.
  const places = new Uint32Array(to - from);
  for (let place = 1; place < places.length; place++) places[place] = places[place - 1]! + wanted[place - 1]!;
  const order = drawn.map((place) => places[place]!);
  return { files, order, pieces: () => slice(files, options, { from, to, wanted }) };
}

interface Slice {
  readonly from: number;
  readonly to: number;
  /** 1 for each row of the slice that is wanted; all when absent. */
  readonly wanted?: Uint8Array;
}

async function* slice(
  files: readonly string[],
  options: ReadOptions,
  { from, to, wanted }: Slice,
): AsyncGenerator<FileRows> {
  let place = 0;
  for await (const piece of streamFiles(files, options)) {
    const rows = piece.rows.filter(() => {
      const at = place++;
      return at >= from && at < to && wanted?.[at - from] !== 0;
    });
    yield { rows, findings: piece.findings };
    if (place >= to) return;
  }
}

async function countRows(files: readonly string[], options: ReadOptions): Promise<number> {
  let count = 0;
  for await (const { rows } of streamFiles(files, options)) count += rows.length;
  return count;
}

function sourceOf(entry: DatasetEntry): { path: string; files: string[]; options: ReadOptions } {
  if (entry.files) return { path: entry.path, files: [...entry.files], options: {} };
  const path = pathOf(entry);
  return {
    path,
    files: filesOf(entry, path),
    options: { sheet: isWorkbook(path) ? entry.subset : undefined },
  };
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
  const matching = files.filter((file) => saysSplit(basename(file), split.name));
  // Upstream calls everything in local files train.
  if (matching.length > 0 && files.length > 1) return matching;
  if (split.name === 'train') return files;
  throw new DataError({
    en:
      `data set "${name}": split "${split.name}" is not in ${path}, ` +
      `${files.length === 1 ? 'a file, which holds train only' : 'of whose files none is called so'}; remove split, or name the file`,
    zh: `数据集 "${name}"：${path} 中没有划分 "${split.name}"，${files.length === 1 ? '单个文件只含 train' : '没有文件以它命名'}；请删去 split，或指定文件`,
  });
}

function isWorkbook(path: string): boolean {
  return extname(path).toLowerCase() === '.xlsx';
}

/** The first row of a split, and the one after its last. */
function boundsOf(split: Split | undefined, count: number): [number, number] {
  const place = (edge: SplitEdge | undefined, missing: number) => {
    if (!edge) return missing;
    const rows = edge.isPercent ? Math.round((edge.value / 100) * count) : edge.value;
    return Math.min(count, Math.max(0, rows < 0 ? count + rows : rows));
  };
  const from = place(split?.from, 0);
  return [from, Math.max(from, place(split?.to, count))];
}

function isFromTheEnd(edge: SplitEdge | undefined): boolean {
  return edge !== undefined && (edge.isPercent || edge.value < 0);
}

/** A random choice without repeats, and then repeats for what is wanted beyond all rows; undefined without a wish. */
function drawPlaces(rows: number, count: number | undefined, seed: number): Uint32Array | undefined {
  if (count === undefined) return undefined;
  const random = new Random(seed);
  const order = random.shuffle(Uint32Array.from({ length: rows }, (_, place) => place));
  return Uint32Array.from({ length: count }, (_, index) => order[index] ?? random.integer(rows));
}
