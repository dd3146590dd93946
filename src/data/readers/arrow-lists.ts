/**
 * Bounds what a broken arrow file can make its reader do: the lists in its metadata cannot hold more items than the
 * metadata has bytes. The library believes any number that it reads as a length, and would go round for hours.
 */
import { ByteBuffer } from 'flatbuffers';

/** The library asks for the length of a list up to three times; a sound list takes four bytes an item or more. */
const MOST_ITEMS_PER_BYTE = 4;

const seen = new WeakMap<ByteBuffer, number>();
const lengthOf = ByteBuffer.prototype.__vector_len;

ByteBuffer.prototype.__vector_len = function boundedLength(this: ByteBuffer, offset: number): number {
  const length = lengthOf.call(this, offset);
  const items = (seen.get(this) ?? 0) + length;
  if (length < 0 || items > MOST_ITEMS_PER_BYTE * this.capacity()) {
    throw new Error(`a list in its metadata claims ${length} items, more than there is room for`);
  }
  seen.set(this, items);
  return length;
};
