/**
 * A data set becomes encoded rows on disk, once: the second time they are found by what they were made of. What is small
 * is encoded here, what is large by threads of another process.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type OnProgress, writeFolderAtomic } from '../../core/index.ts';
import type { Template, Tokenizer } from '../../text/index.ts';
import type { DatasetEntry } from '../dataset-info.ts';
import { type RowRule, rowRule } from '../encode-row.ts';
import { streamDataset } from '../read-dataset.ts';
import { encodeApart } from './encode-apart.ts';
import { encodeInto, type PieceEncoder } from './encode-into.ts';
import { encodePiece } from './encode-piece.ts';
import type { EncodingPlan } from './encoder-threads.ts';
import { type EncodedStore, openStore, readAbout } from './store.ts';
import { storeKey } from './store-key.ts';
import { STORE_FILES } from './store-writer.ts';

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

/** So many are encoded in the second or more that it takes other threads to begin. */
const FEW_BYTES = 2 ** 20;
const KEPT_DAYS = 30;

/**
 * @throws DataError when files or columns are missing, or none of the rows can be trained; RunError when stopped
 * @throws ConfigError when train_on_prompt meets a template with efficient_eos, as upstream
 */
export async function encodeDataset(
  entry: DatasetEntry,
  options: EncodeDatasetOptions,
): Promise<EncodedDataset> {
  const { folder, plan, text, maxSamples, seed, overwrite, threads, onProgress, signal } = options;
  const stream = await streamDataset(entry, { seed, maxSamples });
  const { files } = stream;
  const key = storeKey({ entry, files, maxSamples, seed, settings: plan.settings, textKey: text.key });
  const path = join(folder, key);
  const isKept = !overwrite && readAbout(path)?.key === key;
  if (!isKept) {
    mkdirSync(folder, { recursive: true });
    removeOld(folder);
    // Said here, before any row is read, where the two do not go together.
    const rule = rowRule(text.template, text.tokenizer, plan.settings);
    const keys = { key, textKey: text.key };
    const choice = { seed, maxSamples };
    await writeFolderAtomic(path, (temporary) =>
      bytesOf(files) > FEW_BYTES
        ? encodeApart({ folder: temporary, entry, keys, choice, plan, threads }, { onProgress, signal })
        : encodeInto(temporary, { entry, stream, keys, onProgress, signal }, hereBy(rule)),
    );
  }
  const now = new Date();
  utimesSync(join(path, STORE_FILES.about), now, now);
  return { ...openStore(path, files), isKept };
}

function hereBy(rule: RowRule): PieceEncoder {
  return { room: 0, encode: async (samples) => encodePiece(samples, rule) };
}

function bytesOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
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
