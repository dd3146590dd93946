/** The process that readApart starts: reads one file after the other as it is told, and ends with its starter. */
import { extname } from 'node:path';
import { DataError, messageOf } from '../../core/index.ts';
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
    const known = error instanceof DataError;
    const message = known
      ? error.message
      : `${path}: cannot be read as ${format.slice(1)}: ${messageOf(error)}; fetch the file or save it again`;
    yield { type: 'problem', message };
  }
}

async function answer(request: ReadRequest | 'more'): Promise<void> {
  if (request !== 'more') present = read(request);
  const next = await present!.next();
  if (!next.done) process.send?.(next.value);
}

process.on('message', (request: ReadRequest | 'more') => void answer(request));
process.on('disconnect', () => process.exit());
