/**
 * Files of one JSON object a line, appended to by one process and read by others while they grow. Each line is one
 * write; a line torn by a crash is left behind by the next writer and passed over by readers.
 */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { guardStorage } from './storage.ts';

const NEWLINE = 0x0a;

/** Appends lines, each with one write. */
export class JsonLinesWriter {
  readonly path: string;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = this.#guard(() => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, 'a+');
    });
    if (this.#endsTorn()) this.#write('\n');
  }

  append(value: unknown): void {
    this.#write(`${JSON.stringify(value)}\n`);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #endsTorn(): boolean {
    return this.#guard(() => {
      const size = fstatSync(this.#descriptor!).size;
      const last = Buffer.alloc(1);
      return size > 0 && readSync(this.#descriptor!, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
    });
  }

  #write(line: string): void {
    this.#guard(() => writeSync(this.#descriptor!, line));
  }

  #guard<T>(action: () => T): T {
    return guardStorage('write', this.path, action);
  }
}

export interface JsonLine {
  readonly value: unknown;
  /** The file offset behind the line, where reading can go on. */
  readonly end: number;
}

/**
 * Reads the complete lines from a byte offset on; a file that is not there has none. Lines that are no JSON are
 * passed over, and so is the rest of a last line that is not finished.
 * @returns the lines, and where the first byte lies that was not read as part of a complete line
 */
export function readJsonLines(path: string, from = 0): { lines: JsonLine[]; end: number } {
  return parseLines(readFrom(path, from), from);
}

/** The complete lines within the last bytes of a file. */
export function readLastJsonLines(path: string, tailBytes: number): { lines: JsonLine[]; end: number } {
  const from = Math.max(0, sizeOf(path) - tailBytes);
  const bytes = readFrom(path, from);
  const firstWhole = from > 0 ? bytes.indexOf(NEWLINE) + 1 : 0;
  return parseLines(bytes.subarray(firstWhole), from + firstWhole);
}

function parseLines(bytes: Buffer, offset: number): { lines: JsonLine[]; end: number } {
  const lines: JsonLine[] = [];
  let start = 0;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline < 0) return { lines, end: offset + start };
    const value = parse(bytes.toString('utf8', start, newline));
    start = newline + 1;
    if (value !== undefined) lines.push({ value, end: offset + start });
  }
}

/** Bytes of a file; 0 when it is not there. */
export function sizeOf(path: string): number {
  return withFile(path, (descriptor) => fstatSync(descriptor).size) ?? 0;
}

function readFrom(path: string, from: number): Buffer {
  const bytes = withFile(path, (descriptor) => {
    const buffer = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - from));
    let length = 0;
    for (let count = -1; length < buffer.length && count !== 0; length += count) {
      count = readSync(descriptor, buffer, length, buffer.length - length, from + length);
    }
    return buffer.subarray(0, length);
  });
  return bytes ?? Buffer.alloc(0);
}

function withFile<T>(path: string, use: (descriptor: number) => T): T | undefined {
  if (!existsSync(path)) return undefined;
  const descriptor = guardStorage('read', path, () => openSync(path, 'r'));
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined; // torn by a crash, as the header says
  }
}
