/**
 * Writes a store of encoded rows: a folder of records, an index, findings, and a page about them that comes last.
 * Holds one piece at a time.
 */
import { join } from 'node:path';
import { AtomicFile, writeFileAtomic, writeJsonAtomic } from '../../core/index.ts';
import type { EncodedRows } from '../encoded-rows.ts';
import { type EncodedPiece, INDEX_WORDS, type PieceFinding } from './encode-piece.ts';
import { packRecord } from './record.ts';

export const STORE_FILES = {
  about: 'about.json',
  records: 'rows.bin',
  index: 'index.bin',
  order: 'order.bin',
  findings: 'findings.jsonl',
} as const;

/** Changes whenever stores of an older form cannot be read. */
export const STORE_VERSION = 1;

/** about.json */
export interface StoreAbout {
  readonly version: number;
  /** What the rows were made of and how; see storeKey. */
  readonly key: string;
  /** Of the tokenizer and template alone. */
  readonly textKey: string;
  /** Rows in the index. */
  readonly rows: number;
  readonly files: readonly string[];
}

export class StoreWriter {
  readonly #folder: string;
  readonly #records: AtomicFile;
  readonly #index: AtomicFile;
  readonly #findings: AtomicFile;
  #rows = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#records = new AtomicFile(join(folder, STORE_FILES.records));
    this.#index = new AtomicFile(join(folder, STORE_FILES.index));
    this.#findings = new AtomicFile(join(folder, STORE_FILES.findings));
  }

  get rows(): number {
    return this.#rows;
  }

  add({ words, index, findings }: EncodedPiece): void {
    this.#records.write(bytesOf(words));
    this.#index.write(bytesOf(index));
    this.addFindings(findings);
    this.#rows += index.length / INDEX_WORDS;
  }

  addFindings(findings: readonly PieceFinding[]): void {
    if (findings.length === 0) return;
    const lines = findings.map((finding) => `${JSON.stringify(finding)}\n`);
    this.#findings.write(Buffer.from(lines.join('')));
  }

  /** @param order which rows follow each other, where that is not their own order */
  finish(about: Omit<StoreAbout, 'version' | 'rows'>, order?: Uint32Array): void {
    for (const file of [this.#records, this.#index, this.#findings]) file.commit();
    if (order) writeFileAtomic(join(this.#folder, STORE_FILES.order), bytesOf(order));
    const page: StoreAbout = { version: STORE_VERSION, rows: this.#rows, ...about };
    writeJsonAtomic(join(this.#folder, STORE_FILES.about), page);
  }

  discard(): void {
    for (const file of [this.#records, this.#index, this.#findings]) file.discard();
  }
}

/** Writes rows of any origin as a store of their own. */
export function writeRows(
  folder: string,
  rows: EncodedRows,
  keys: Pick<StoreAbout, 'key' | 'textKey'>,
): void {
  const writer = new StoreWriter(folder);
  const files = new Map<string, number>();
  try {
    for (let position = 0; position < rows.length; position++) {
      const { inputIds, labels, origin } = rows.at(position);
      const file = files.get(origin.file) ?? files.size;
      files.set(origin.file, file);
      const words = packRecord({ file, row: origin.row, inputIds, labels });
      const index = Int32Array.of(inputIds.length, rows.labelCount(position), words.length);
      writer.add({ words: words as Int32Array<ArrayBuffer>, index, findings: [] });
    }
    writer.finish({ ...keys, files: [...files.keys()] });
  } catch (error) {
    writer.discard();
    throw error;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
