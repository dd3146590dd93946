/** parquet: all its codecs and nested columns, a row group at a time. */
import { statSync } from 'node:fs';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { DataError } from '../../core/index.ts';
import type { RowValues } from '../row-values.ts';
import { type FileRows, inPieces } from '../rows.ts';
import { classNames, plainValue } from './plain-values.ts';
import { checkRowCount } from './row-count.ts';

export async function* readParquet(path: string): AsyncGenerator<FileRows> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  checkRowCount(Number(metadata.num_rows), statSync(path).size, path);
  const total = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (total !== Number(metadata.num_rows)) {
    throw new DataError({
      en: `${path}: names ${metadata.num_rows} rows and holds ${total}; fetch the file again`,
      zh: `${path}：声明有 ${metadata.num_rows} 行，实际有 ${total} 行；请重新下载该文件`,
    });
  }
  const names = classNames(metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const held = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
    const first = rowStart + 1;
    yield* inPieces(
      held.map((values, index) => ({ file: path, row: first + index, values: rowOf(values, names) })),
    );
    rowStart = rowEnd;
  }
}

function rowOf(values: RowValues, names: ReadonlyMap<string, readonly string[]>): RowValues {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => {
      const plain = plainValue(value);
      return [column, (typeof plain === 'number' && names.get(column)?.[plain]) || plain];
    }),
  );
}
