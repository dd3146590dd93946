/** Reads, converts and encodes a data set into a store. Rows pass through memory a piece at a time. */
import { DataError, type OnProgress, RunError, reasonIn } from '../../core/index.ts';
import type { DatasetEntry } from '../dataset-info.ts';
import type { DatasetStream } from '../read-dataset.ts';
import { SampleConverter } from '../to-samples.ts';
import { type EncodedPiece, INDEX_WORDS, type PieceFinding, type PieceSample } from './encode-piece.ts';
import { type StoreAbout, StoreWriter } from './store-writer.ts';

/** What turns samples into tokens: this thread, or others. */
export interface PieceEncoder {
  encode(samples: readonly (PieceSample | null)[]): Promise<EncodedPiece>;
  /** Pieces that it takes before the first is done. */
  readonly room: number;
}

export interface EncodingTask {
  readonly entry: DatasetEntry;
  readonly stream: DatasetStream;
  readonly keys: Pick<StoreAbout, 'key' | 'textKey'>;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws DataError when the rows cannot be read or used, or none can be trained; RunError when stopped */
export async function encodeInto(folder: string, task: EncodingTask, encoder: PieceEncoder): Promise<void> {
  const { entry, stream, keys, onProgress, signal } = task;
  const converter = new SampleConverter(entry);
  const writer = new StoreWriter(folder);
  const places = new Map(stream.files.map((file, place) => [file, place]));
  const placed = <T extends { readonly file: string }>(item: T) => ({
    ...item,
    file: places.get(item.file)!,
  });
  const results: Promise<EncodedPiece>[] = [];
  let trainable = 0;
  let dropped: PieceFinding | undefined;
  const writeNext = async () => {
    const piece = await results.shift()!;
    writer.add(piece);
    dropped ??= piece.findings.find(({ kind }) => kind === 'dropped');
    for (let at = 0; at < piece.index.length; at += INDEX_WORDS) if (piece.index[at]! > 0) trainable++;
    onProgress?.({ task: 'tokenize', done: writer.rows, unit: 'rows' });
    if (signal?.aborted)
      throw new RunError({
        en: 'data: tokenizing was stopped; run again',
        zh: '数据：分词已停止；请重新运行',
      });
  };
  try {
    for await (const piece of stream.pieces()) {
      const { samples, findings } = converter.convert(piece);
      writer.addFindings(findings.map(placed));
      const result = encoder.encode(
        samples.map((sample) =>
          sample ? { conversation: sample.conversation, ...placed(sample.origin) } : null,
        ),
      );
      // What fails is thrown when its turn to be written comes.
      result.catch(() => undefined);
      results.push(result);
      while (results.length > encoder.room) await writeNext();
    }
    while (results.length > 0) await writeNext();
    converter.finish();
    onProgress?.({ task: 'tokenize', done: writer.rows, total: writer.rows, unit: 'rows' });
    if (trainable === 0 && dropped) {
      throw new DataError({
        en: `data: none of the ${writer.rows} rows can be trained; the first, ${stream.files[dropped.file]} row ${dropped.row}: ${dropped.reason}; raise cutoff_len or mend the rows`,
        zh: `数据：${writer.rows} 行都无法训练；首个是 ${stream.files[dropped.file]} 第 ${dropped.row} 行：${reasonIn(dropped, 'zh')}；请增大截断长度 cutoff_len，或修正数据`,
      });
    }
    writer.finish({ ...keys, files: stream.files }, stream.order);
  } catch (error) {
    writer.discard();
    throw error;
  }
}
