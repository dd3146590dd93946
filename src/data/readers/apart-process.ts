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

/** Few enough for a message of some megabytes. */
const ROWS_PER_MESSAGE = 2000;

function tell(reply: ReadReply): Promise<void> {
  return new Promise((resolve) => process.send?.(reply, () => resolve()));
}

async function read({ path, options }: ReadRequest): Promise<void> {
  const format = extname(path).toLowerCase();
  try {
    const reader = await READERS[format]!();
    await tell({ type: 'ready' });
    const { rows, findings } = await reader(path, options);
    for (let start = 0; start < rows.length; start += ROWS_PER_MESSAGE) {
      await tell({ type: 'rows', rows: rows.slice(start, start + ROWS_PER_MESSAGE) });
    }
    await tell({ type: 'end', findings });
  } catch (error) {
    const known = error instanceof DataError;
    const message = known
      ? error.message
      : `${path}: cannot be read as ${format.slice(1)}: ${messageOf(error)}; fetch the file or save it again`;
    await tell({ type: 'problem', message });
  }
}

process.on('message', (request: ReadRequest) => void read(request));
process.on('disconnect', () => process.exit());
