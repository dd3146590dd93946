/**
 * Encoded rows on disk. In memory are sixteen bytes a row, which say where each lies and how long it is; a row itself
 * is read when it is asked for.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../core/index.ts';
import type { EncodedRows, EncodedSample } from '../encoded-rows.ts';
import { readLines } from '../read-text.ts';
import type { RowFinding } from '../samples.ts';
import { INDEX_WORDS, NO_SAMPLE, type PieceFinding } from './encode-piece.ts';
import { unpackRecord } from './record.ts';
import { STORE_FILES, STORE_VERSION, type StoreAbout } from './store-writer.ts';

export interface EncodedStore extends Disposable {
  readonly about: StoreAbout;
  /** Those of samples, in the order in which they are meant to come; some of them may have no tokens. */
  readonly samples: EncodedRows;
  /** Read anew each time. */
  readonly findings: Iterable<RowFinding>;
}

/** @returns undefined where there is no whole store of the present form */
export function readAbout(folder: string): StoreAbout | undefined {
  const path = join(folder, STORE_FILES.about);
  if (!existsSync(path)) return undefined;
  try {
    const about = JSON.parse(readFileSync(path, 'utf8')) as StoreAbout;
    return about.version === STORE_VERSION ? about : undefined;
  } catch {
    return undefined; // Not written by us, or not whole: as good as none.
  }
}

/**
 * @param files what the rows' files are called now; as the store has them when absent
 * @throws DataError when the store is not whole
 */
export function openStore(folder: string, files?: readonly string[]): EncodedStore {
  const about = readAbout(folder);
  if (!about)
    throw new DataError({
      en: `${folder}: holds no tokenized rows; remove the folder`,
      zh: `${folder}：其中没有分词后的数据；请删去该文件夹`,
    });
  const names = files ?? about.files;
  const { tokens, labels, offsets } = readIndex(folder, about.rows);
  const descriptor = openSync(join(folder, STORE_FILES.records), 'r');
  const orderPath = join(folder, STORE_FILES.order);
  const order = existsSync(orderPath)
    ? Uint32Array.from(wordsOf(readFileSync(orderPath)))
    : Uint32Array.from(tokens, (_, place) => place);
  const places = order.filter((place) => tokens[place] !== NO_SAMPLE);
  const read = (place: number): EncodedSample => {
    const [from, to] = [offsets[place]!, offsets[place + 1]!];
    const words = new Int32Array(to - from);
    const length = readSync(descriptor, words, 0, words.byteLength, from * words.BYTES_PER_ELEMENT);
    if (length !== words.byteLength) throw broken(folder);
    const { file, row, inputIds, labels } = unpackRecord(words);
    return { inputIds, labels, origin: { file: names[file]!, row } };
  };
  return {
    about,
    samples: {
      length: places.length,
      tokenCount: (position) => tokens[places[position]!]!,
      labelCount: (position) => labels[places[position]!]!,
      at: (position) => read(places[position]!),
    },
    findings: {
      *[Symbol.iterator]() {
        for (const { text } of readLines(join(folder, STORE_FILES.findings))) {
          const finding = JSON.parse(text) as PieceFinding;
          yield { ...finding, file: names[finding.file]! };
        }
      },
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

function readIndex(folder: string, rows: number) {
  const words = wordsOf(readFileSync(join(folder, STORE_FILES.index)));
  if (words.length !== rows * INDEX_WORDS) throw broken(folder);
  const [tokens, labels, offsets] = [
    new Int32Array(rows),
    new Int32Array(rows),
    new Float64Array(rows + 1),
  ] as const;
  for (let row = 0; row < rows; row++) {
    tokens[row] = words[row * INDEX_WORDS]!;
    labels[row] = words[row * INDEX_WORDS + 1]!;
    offsets[row + 1] = offsets[row]! + words[row * INDEX_WORDS + 2]!;
  }
  return { tokens, labels, offsets };
}

function wordsOf(bytes: Buffer): Int32Array {
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function broken(folder: string): DataError {
  return new DataError({
    en: `${folder}: tokenized rows are missing; remove the folder and run again`,
    zh: `${folder}：分词后的数据缺失；请删去该文件夹，然后重新运行`,
  });
}
