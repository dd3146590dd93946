/**
 * Walks through the head of a GGUF file from front to back, through a window that holds some of it. Every length
 * and count is held against what the file still has before anything is allocated for it.
 */
import { isUtf8 } from 'node:buffer';
import { GGUF_VALUE_BYTES, GGUF_VALUE_TYPES, type GgufValueType } from './gguf-types.ts';
import { damaged, type RandomAccessFile } from './random-access-file.ts';
import type { MetadataValue, NumberArray } from './tensor-source.ts';

const WINDOW_BYTES = 4 << 20;

/** Longest text of a value: whole tokenizer files are embedded at times, and those have some tens of MiB. */
const MAX_STRING_BYTES = 256 << 20;

/** Arrays of arrays are allowed by the format and used by nobody. */
const MAX_ARRAY_DEPTH = 4;

const REPLACEMENT = '\uFFFD';

type NumberType = Exclude<GgufValueType, 'bool' | 'string' | 'array' | 'u64' | 'i64'>;

const NUMBERS: Readonly<Record<NumberType, (window: Buffer, at: number) => number>> = {
  u8: (window, at) => window.readUInt8(at),
  i8: (window, at) => window.readInt8(at),
  u16: (window, at) => window.readUInt16LE(at),
  i16: (window, at) => window.readInt16LE(at),
  u32: (window, at) => window.readUInt32LE(at),
  i32: (window, at) => window.readInt32LE(at),
  f32: (window, at) => window.readFloatLE(at),
  f64: (window, at) => window.readDoubleLE(at),
};

const TYPED_ARRAYS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} satisfies Record<NumberType, unknown>;

export class GgufCursor {
  readonly #file: RandomAccessFile;
  #window = Buffer.alloc(0);
  #windowStart = 0;
  #offset = 0;

  constructor(file: RandomAccessFile) {
    this.#file = file;
  }

  get position(): number {
    return this.#windowStart + this.#offset;
  }

  get remaining(): number {
    return this.#file.sizeBytes - this.position;
  }

  u32(): number {
    return this.#number('u32');
  }

  /** An unsigned 64-bit integer that a number holds exactly. */
  u64(what: string): number {
    const at = this.#take(8);
    const value = this.#window.readUInt32LE(at) + this.#window.readUInt32LE(at + 4) * 2 ** 32;
    if (value > Number.MAX_SAFE_INTEGER) throw this.#beyondSafe(what);
    return value;
  }

  /** A count of things that take at least `leastBytes` each, so that no more can follow than the file has room for. */
  count(what: string, leastBytes: number): number {
    const value = this.u64(what);
    if (value * leastBytes > this.remaining) {
      throw damaged(
        this.#file.path,
        `${what} is ${value}, but only ${this.remaining} bytes are left for them`,
      );
    }
    return value;
  }

  string(what: string): string {
    const length = this.count(`the length of ${what}`, 1);
    if (length > MAX_STRING_BYTES) throw damaged(this.#file.path, `the length of ${what} is ${length} bytes`);
    const at = this.#take(length);
    const text = this.#window.toString('utf8', at, at + length);
    // Decoding replaces what is no UTF-8 without a word.
    if (text.includes(REPLACEMENT) && !isUtf8(this.#window.subarray(at, at + length))) {
      throw damaged(this.#file.path, `${what} is no UTF-8 text`);
    }
    return text;
  }

  valueType(what: string): GgufValueType {
    const number = this.u32();
    const type = GGUF_VALUE_TYPES[number];
    if (!type) throw damaged(this.#file.path, `${what} is of type ${number}, which does not exist`);
    return type;
  }

  value(type: GgufValueType, what: string, depth = 0): MetadataValue {
    switch (type) {
      case 'u64':
        return this.u64(what);
      case 'i64':
        return this.#i64(what);
      case 'bool':
        return this.#bool(what);
      case 'string':
        return this.string(what);
      case 'array':
        return this.#array(what, depth + 1);
      default:
        return this.#number(type);
    }
  }

  #array(what: string, depth: number): MetadataValue {
    if (depth > MAX_ARRAY_DEPTH) throw damaged(this.#file.path, `${what} nests arrays ${depth} deep`);
    const type = this.valueType(what);
    const count = this.count(`the length of ${what}`, GGUF_VALUE_BYTES[type]);
    if (type === 'u64' || type === 'i64') {
      const numbers = new Float64Array(count);
      for (let i = 0; i < count; i++) numbers[i] = type === 'u64' ? this.u64(what) : this.#i64(what);
      return numbers;
    }
    if (type !== 'bool' && type !== 'string' && type !== 'array') return this.#numbers(type, count);
    const values: MetadataValue[] = [];
    for (let i = 0; i < count; i++) values.push(this.value(type, what, depth));
    return values;
  }

  #number(type: NumberType): number {
    const at = this.#take(GGUF_VALUE_BYTES[type]);
    return NUMBERS[type](this.#window, at);
  }

  #numbers(type: NumberType, count: number): NumberArray {
    const bytes = new Uint8Array(count * GGUF_VALUE_BYTES[type]);
    this.#file.read(this.position, bytes);
    this.#moveTo(this.position + bytes.length);
    return new TYPED_ARRAYS[type](bytes.buffer);
  }

  #bool(what: string): boolean {
    const byte = this.#number('u8');
    if (byte > 1) throw damaged(this.#file.path, `${what} is neither true nor false but ${byte}`);
    return byte === 1;
  }

  #i64(what: string): number {
    const at = this.#take(8);
    const value = this.#window.readUInt32LE(at) + this.#window.readInt32LE(at + 4) * 2 ** 32;
    if (!Number.isSafeInteger(value)) throw this.#beyondSafe(what);
    return value;
  }

  /** Moves past `length` bytes and returns where they lie in the window. */
  #take(length: number): number {
    if (this.#offset + length > this.#window.length) this.#refill(length);
    const at = this.#offset;
    this.#offset += length;
    return at;
  }

  #refill(least: number): void {
    if (least > this.remaining)
      throw damaged(this.#file.path, `ends at byte ${this.#file.sizeBytes}, inside of its head`);
    const position = this.position;
    this.#window = Buffer.allocUnsafe(Math.min(Math.max(least, WINDOW_BYTES), this.remaining));
    this.#file.read(position, this.#window);
    this.#windowStart = position;
    this.#offset = 0;
  }

  #moveTo(position: number): void {
    const offset = position - this.#windowStart;
    if (offset <= this.#window.length) {
      this.#offset = offset;
    } else {
      this.#window = Buffer.alloc(0);
      this.#windowStart = position;
      this.#offset = 0;
    }
  }

  #beyondSafe(what: string): Error {
    return damaged(this.#file.path, `${what} is a 64-bit integer beyond 2^53`);
  }
}
