/** arrow: both of its file formats, as Hugging Face's datasets keep them, also compressed. */
import { readFileSync } from 'node:fs';
import {
  CompressionType,
  compressionRegistry,
  DataType,
  type Field,
  tableFromIPC,
  type Vector,
} from 'apache-arrow';
import { decompressZstd } from 'hyparquet-compressors';
import { type FileRows, inPieces, type Row } from '../rows.ts';
import './arrow-lists.ts';
import { decompressLz4Frame } from './lz4-frame.ts';
import { classNames, plainValue } from './plain-values.ts';
import { checkRowCount } from './row-count.ts';

compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decompressLz4Frame });
// Copied, since its result begins anywhere in a larger buffer, and numbers have to lie at multiples of their size.
compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => decompressZstd(bytes).slice() });

export function* readArrow(path: string): Generator<FileRows> {
  const bytes = readFileSync(path);
  const table = tableFromIPC(bytes);
  checkRowCount(table.numRows, bytes.length, path);
  const names = classNames(table.schema.metadata.get('huggingface'));
  const { fields } = table.schema;
  const room: Room = { items: fields.reduce((sum, _, index) => sum + roomIn(table.getChildAt(index)), 0) };
  const columns = fields.map(({ name, type }, index) => {
    const labels = names.get(name);
    const column = table.getChildAt(index);
    if (column?.length !== table.numRows)
      throw new Error(`column "${name}" has ${column?.length} rows of ${table.numRows}`);
    return Array.from(column, (value) => {
      const plain = plainArrow(value, type, room);
      return (typeof plain === 'number' && labels?.[plain]) || plain;
    });
  });
  yield* inPieces(rowsOf(path, table.numRows, fields, columns));
}

function* rowsOf(
  path: string,
  count: number,
  fields: readonly Field[],
  columns: readonly unknown[][],
): Generator<Row> {
  for (let index = 0; index < count; index++) {
    const values = Object.fromEntries(fields.map(({ name }, column) => [name, columns[column]![index]]));
    yield { file: path, row: index + 1, values };
  }
}

/** Values of types that JavaScript has not come as numbers or lists of words: the type says what they mean. */
function plainArrow(value: unknown, type: DataType, room: Room): unknown {
  if (value === null || value === undefined) return null;
  if (DataType.isDictionary(type)) return plainArrow(value, type.dictionary, UNBOUNDED);
  if (DataType.isDate(type) || DataType.isTimestamp(type)) return plainValue(new Date(Number(value)));
  if (DataType.isDecimal(type)) return decimalText(value as Uint32Array, type.scale);
  if (DataType.isStruct(type)) {
    const struct = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      type.children.map(({ name, type }) => [name, plainArrow(struct[name], type, room)]),
    );
  }
  if (DataType.isMap(type)) {
    const [entry] = type.children;
    const inner = entry!.type.children[1]!.type;
    return Object.fromEntries(
      Array.from(within(value as Iterable<[string, unknown]>, room), ([key, held]) => [
        key,
        plainArrow(held, inner, room),
      ]),
    );
  }
  const [item] = type.children ?? [];
  if (item && isIterable(value)) {
    return Array.from(within(value, room), (held) => plainArrow(held, item.type, room));
  }
  return plainValue(value);
}

/** What lists may still hold: a broken offset in them may be any number, and no item takes less than a bit. */
interface Room {
  items: number;
}

/** Entries of a dictionary come as often as rows name them. */
const UNBOUNDED: Room = { items: Number.POSITIVE_INFINITY };

function roomIn(column: Vector | null): number {
  return 8 * (column?.byteLength ?? 0);
}

function* within<T>(list: Iterable<T>, room: Room): Generator<T> {
  for (const item of list) {
    if (--room.items < 0) throw new Error('its lists claim more items than there is room for');
    yield item;
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/** @param words of 32 bits, the lowest first, a two's complement */
function decimalText(words: Uint32Array, scale: number): string {
  let value = 0n;
  for (const word of words.toReversed()) value = (value << 32n) | BigInt(word);
  const signed = BigInt.asIntN(32 * words.length, value);
  if (scale <= 0) return String(signed * 10n ** BigInt(-scale));
  const digits = String(signed < 0n ? -signed : signed).padStart(scale + 1, '0');
  return `${signed < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
