/**
 * A data set becomes encoded rows on disk, once: the second time they are found by what they were made of. Rows pass
 * through memory a piece at a time; what is small is encoded here, what is large by threads.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, type OnProgress, RunError, writeFolderAtomic } from '../../core/index.ts';
import type { Template, Tokenizer } from '../../text/index.ts';
import type { DatasetEntry } from '../dataset-info.ts';
import { rowRule } from '../encode-row.ts';
import { type DatasetStream, streamDataset } from '../read-dataset.ts';
import { SampleConverter } from '../to-samples.ts';
import {
  type EncodedPiece,
  encodePiece,
  INDEX_WORDS,
  type PieceFinding,
  type PieceSample,
} from './encode-piece.ts';
import { EncoderThreads, type EncodingPlan } from './encoder-threads.ts';
import { type EncodedStore, openStore, readAbout } from './store.ts';
import { storeKey } from './store-key.ts';
import { STORE_FILES, StoreWriter } from './store-writer.ts';

export interface EncodingText {
  readonly tokenizer: Tokenizer;
  readonly template: Template;
  /** See textKey. */
  readonly key: string;
}

export interface EncodeDatasetOptions {
  readonly plan: EncodingPlan;
  readonly text: EncodingText;
  /** Where stores are kept. */
  readonly folder: string;
  readonly maxSamples: number | undefined;
  readonly seed: number;
  /** Encodes also what is there already. */
  readonly overwrite: boolean;
  /** One for each core when absent. */
  readonly threads: number | undefined;
  readonly onProgress: OnProgress | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface EncodedDataset extends EncodedStore {
  /** Whether it had been encoded before. */
  readonly isKept: boolean;
}

/** Rows that one thread encodes in the second or more that it takes others to load their tokenizers. */
const FEW_ROWS = 4000;
/** Pieces that a thread has before it, so that it never waits. */
const PIECES_PER_THREAD = 2;
const KEPT_DAYS = 30;

/**
 * @throws DataError when files or columns are missing, or none of the rows can be trained; RunError when stopped
 * @throws ConfigError when train_on_prompt meets a template with efficient_eos, as upstream
 */
export async function encodeDataset(
  entry: DatasetEntry,
  options: EncodeDatasetOptions,
): Promise<EncodedDataset> {
  const { folder, plan, text, maxSamples, seed, overwrite } = options;
  const stream = await streamDataset(entry, { seed, maxSamples });
  const { files } = stream;
  const key = storeKey({ entry, files, maxSamples, seed, settings: plan.settings, textKey: text.key });
  const path = join(folder, key);
  const isKept = !overwrite && readAbout(path)?.key === key;
  if (!isKept) {
    mkdirSync(folder, { recursive: true });
    removeOld(folder);
    await writeFolderAtomic(path, (temporary) => encodeInto(temporary, { ...options, entry, stream, key }));
  }
  const now = new Date();
  utimesSync(join(path, STORE_FILES.about), now, now);
  return { ...openStore(path, files), isKept };
}

interface EncodingTask extends EncodeDatasetOptions {
  readonly entry: DatasetEntry;
  readonly stream: DatasetStream;
  readonly key: string;
}

async function encodeInto(folder: string, task: EncodingTask): Promise<void> {
  const { entry, stream, key, text, plan, threads, onProgress, signal } = task;
  const rule = rowRule(text.template, text.tokenizer, plan.settings);
  const converter = new SampleConverter(entry);
  const writer = new StoreWriter(folder);
  const files = new Map(stream.files.map((file, place) => [file, place]));
  const placed = <T extends { readonly file: string }>(item: T) => ({ ...item, file: files.get(item.file)! });
  let pool: EncoderThreads | undefined;
  let read = 0;
  const results: Promise<EncodedPiece>[] = [];
  let trainable = 0;
  let dropped: PieceFinding | undefined;
  const writeNext = async () => {
    const piece = await results.shift()!;
    writer.add(piece);
    dropped ??= piece.findings.find(({ kind }) => kind === 'dropped');
    for (let at = 0; at < piece.index.length; at += INDEX_WORDS) if (piece.index[at]! > 0) trainable++;
    onProgress?.({ task: 'tokenize', done: writer.rows, unit: 'rows' });
    if (signal?.aborted) throw new RunError('data: tokenizing was stopped; run again');
  };
  try {
    for await (const piece of stream.pieces()) {
      const { samples, findings } = converter.convert(piece);
      writer.addFindings(findings.map(placed));
      const placedSamples = samples.map((sample): PieceSample | null =>
        sample ? { conversation: sample.conversation, ...placed(sample.origin) } : null,
      );
      read += samples.length;
      if (read > FEW_ROWS && threads !== 1) pool ??= new EncoderThreads(plan, threads);
      const result = pool ? pool.encode(placedSamples) : Promise.resolve(encodePiece(placedSamples, rule));
      // What fails is thrown when its turn to be written comes.
      result.catch(() => undefined);
      results.push(result);
      const room = pool ? pool.count * PIECES_PER_THREAD : 0;
      while (results.length > room) await writeNext();
    }
    while (results.length > 0) await writeNext();
    converter.finish();
    onProgress?.({ task: 'tokenize', done: writer.rows, total: writer.rows, unit: 'rows' });
    if (trainable === 0 && dropped) {
      throw new DataError(
        `data: none of the ${writer.rows} rows can be trained; the first, ${stream.files[dropped.file]} row ${dropped.row}: ${dropped.reason}; raise cutoff_len or mend the rows`,
      );
    }
    writer.finish({ key, textKey: text.key, files: stream.files }, stream.order);
  } catch (error) {
    writer.discard();
    throw error;
  } finally {
    await pool?.end();
  }
}

/** Removes stores that nobody used for long, and what encodings left that were killed. */
function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isLeft = name.endsWith('.part') && !isAlive(Number(name.split('.').at(-2)));
    const about = join(path, STORE_FILES.about);
    const isOld = existsSync(about) && Date.now() - statSync(about).mtimeMs > KEPT_DAYS * 86_400_000;
    if (isLeft || isOld) rmSync(path, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
