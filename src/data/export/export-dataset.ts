/** A data set written for other programs, whole or not at all. */
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { DataError, messageOf, writeFileAtomic } from '../../core/index.ts';
import type { Conversation } from '../../text/index.ts';
import { type DatasetPlace, openDatasets } from '../dataset-info.ts';
import { readDataset } from '../read-dataset.ts';
import { UnusableRow } from '../row-values.ts';
import type { RowFinding, Sample } from '../samples.ts';
import { toSamples } from '../to-samples.ts';
import { writePieces } from '../write-rows.ts';
import { EXPORTS, type ExportFormat } from './formats.ts';
import { writeCsv } from './write-csv.ts';

interface ExportOptions extends DatasetPlace {
  readonly format: ExportFormat;
  readonly path: string;
  /** openai-batch: who is asked. */
  readonly model?: string | undefined;
  /** Whether a file of this name gives way. */
  readonly isReplaced?: boolean;
  /** Draws the rows of num_samples. */
  readonly seed: number;
}

/** What is added to the system prompt when openai rows are read; see the converter. */
const THINKING_OFF = /\n?detailed thinking off$|\n$/;

/**
 * @returns the number of rows written, and those that cannot be used
 * @throws DataError when the data set cannot be read, the format cannot hold a row, or the file is there
 */
export async function exportDataset(
  name: string,
  { format, path, model, isReplaced = false, seed, ...place }: ExportOptions,
): Promise<{ rows: number; findings: readonly RowFinding[] }> {
  if (existsSync(path) && !isReplaced)
    throw new DataError({
      en: `${path}: is there already; choose another file, or replace it`,
      zh: `${path}：已存在；请换一个文件，或替换它`,
    });
  if (format === 'openai-batch' && !model) {
    throw new DataError({
      en: 'data: openai-batch names a model in every row; say which one is to be asked',
      zh: '数据：openai-batch 的每一行都写有模型；请写明要请求哪一个',
    });
  }
  const [entry] = await openDatasets([name], place);
  const { samples, findings } = toSamples(entry!, await readDataset(entry!, seed));
  const isOpenai = entry!.formatting === 'openai';
  const rows = samples.map(({ conversation, origin }, index) =>
    exportRow(isOpenai ? withoutMark(conversation) : conversation, origin, {
      format,
      model,
      number: index + 1,
    }),
  );
  if (format === 'parquet') writeFileAtomic(path, parquetBytes(rows));
  else if (format === 'csv') writeCsv(path, rows);
  else writePieces(path, jsonPieces(rows, format !== 'openai-batch' && isList(path)));
  return { rows: rows.length, findings };
}

function exportRow(
  conversation: Conversation,
  origin: Sample['origin'],
  { format, ...context }: { format: ExportFormat; model: string | undefined; number: number },
): Readonly<Record<string, unknown>> {
  try {
    return EXPORTS[format](conversation, context);
  } catch (error) {
    if (!(error instanceof UnusableRow)) throw error;
    throw new DataError(
      {
        en: `${origin.file} row ${origin.row}: ${format} cannot hold it, since ${error.message}; export as sharegpt or openai, or mend the row`,
        zh: `${origin.file} 第 ${origin.row} 行：${format} 格式无法容纳，因为${messageOf(error, 'zh')}；请导出为 sharegpt 或 openai，或修正该行`,
      },
      error,
    );
  }
}

function withoutMark({ system, ...rest }: Conversation): Conversation {
  const own = system?.replace(THINKING_OFF, '');
  return own ? { ...rest, system: own } : rest;
}

function isList(path: string): boolean {
  return extname(path).toLowerCase() === '.json';
}

function* jsonPieces(rows: readonly object[], isList: boolean): Generator<string> {
  if (isList) yield '[\n';
  for (const [index, row] of rows.entries()) {
    yield `${JSON.stringify(row)}${isList && index < rows.length - 1 ? ',' : ''}\n`;
  }
  if (isList) yield ']\n';
}

function parquetBytes(rows: readonly Readonly<Record<string, unknown>>[]): Uint8Array {
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const columnData = columns.map((name) => ({
    name,
    data: rows.map((row) => row[name] ?? ''),
    type: 'STRING' as const,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
