/**
 * Files that the page sends: streamed to disk under a name of our own making, never larger than the bound, and gone
 * after a day. What is in them is read elsewhere.
 */
import { createWriteStream, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { DataError, TunesmithError } from '../core/index.ts';
import { KeptFiles } from './kept-files.ts';
import type { Upload } from './wire/index.ts';

/** Larger tables are better put into the data folder than sent through a browser. */
const MOST_UPLOAD_BYTES = 2 ** 30;
const TYPES = ['.csv', '.tsv', '.json', '.jsonl', '.xlsx', '.parquet', '.arrow', '.txt'];

export class Uploads {
  readonly #files: KeptFiles;
  readonly #mostBytes: number;

  constructor(folder: string, mostBytes = MOST_UPLOAD_BYTES) {
    this.#files = new KeptFiles(folder, {
      en: 'upload: it is not here any more; upload the file again',
      zh: '上传：文件已不在；请重新上传',
    });
    this.#mostBytes = mostBytes;
  }

  /** @throws DataError for a type that is not read, TunesmithError `large` for what is too large */
  async take(name: string, body: ReadableStream<Uint8Array> | null): Promise<Upload> {
    const extension = extname(name).toLowerCase();
    if (!TYPES.includes(extension)) {
      throw new DataError({
        en: `upload ${name.slice(0, 100)}: ${extension || 'no ending'} is not read; send one of ${TYPES.join(', ')}`,
        zh: `上传 ${name.slice(0, 100)}：无法读取 ${extension || '没有扩展名的文件'}；请上传 ${TYPES.join('、')} 之一`,
      });
    }
    if (body === null)
      throw new DataError({
        en: `upload ${name.slice(0, 100)}: it is empty; choose a file with rows`,
        zh: `上传 ${name.slice(0, 100)}：文件为空；请选择含数据的文件`,
      });
    const { id, folder } = this.#files.newFolder();
    const path = join(folder, safeName(name));
    try {
      await pipeline(
        Readable.fromWeb(body as NodeReadableStream<Uint8Array>),
        bound(this.#mostBytes),
        createWriteStream(path, { flags: 'wx' }),
      );
    } catch (error) {
      this.#files.discard(id);
      throw error;
    }
    return { id, name: basename(path), sizeBytes: statSync(path).size };
  }

  /** @throws MissingError for an id that is none */
  pathOf(id: string): string {
    return this.#files.pathOf(id);
  }

  discard(id: string): void {
    this.#files.discard(id);
  }
}

/** Letters, digits and little else, no path, no leading dot. */
function safeName(name: string): string {
  const plain = basename(name.replaceAll('\\', '/')).replaceAll(/[^\p{L}\p{N}_. -]/gu, '_');
  return plain.replace(/^[. ]+/, '_').slice(-120);
}

function bound(mostBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, next) {
      size += chunk.length;
      const isTooLarge = size > mostBytes;
      next(
        isTooLarge
          ? new TunesmithError('large', {
              en: `upload: more than ${Math.round(mostBytes / 2 ** 20)} MiB; put the file into the data folder instead`,
              zh: `上传：超过 ${Math.round(mostBytes / 2 ** 20)} MiB；请直接把文件放进数据文件夹`,
            })
          : null,
        chunk,
      );
    },
  });
}
