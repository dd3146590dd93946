/** The process that readApart starts: reads one file after the other as it is told, and ends with its starter. */
import { extname } from 'node:path';
import { DataError, textOf, told } from '../../core/index.ts';
import type { Reader } from '../rows.ts';
import type { ReadReply, ReadRequest } from './apart.ts';

const READERS: Readonly<Record<string, () => Promise<Reader>>> = {
  '.xlsx': async () => (await import('./xlsx.ts')).readXlsx,
  '.parquet': async () => (await import('./parquet.ts')).readParquet,
  '.arrow': async () => (await import('./arrow.ts')).readArrow,
};

let present: AsyncGenerator<ReadReply> | undefined;

/** One reply for each request. */
async function* read({ path, options }: ReadRequest): AsyncGenerator<ReadReply> {
  const format = extname(path).toLowerCase();
  try {
    const reader = await READERS[format]!();
    yield { type: 'ready' };
    for await (const piece of reader(path, options)) yield { type: 'piece', piece };
    yield { type: 'end' };
  } catch (error) {
    const { en, zh } = textOf(error);
    const text =
      error instanceof DataError
        ? { en, zh }
        : {
            en: `${path}: cannot be read as ${format.slice(1)}: ${en}; fetch the file or save it again`,
            zh: `${path}：无法按 ${format.slice(1)} 读取：${zh}；请重新下载或另存该文件`,
          };
    yield { type: 'problem', ...told(text) };
  }
}

async function answer(request: ReadRequest | 'more'): Promise<void> {
  if (request !== 'more') present = read(request);
  const next = await present!.next();
  if (!next.done) process.send?.(next.value);
}

process.on('message', (request: ReadRequest | 'more') => void answer(request));
process.on('disconnect', () => process.exit());
