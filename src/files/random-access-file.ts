/**
 * A file read in pieces at any position: it may exceed 4 GiB, and nothing is read beyond what is asked for.
 * Knows no format; formats check every position against `sizeBytes` before they read.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { assert, ModelError, messageOf } from '../core/index.ts';

/** One call of the operating system reads less than 2 GiB. */
const MAX_READ_BYTES = 1 << 30;

export class RandomAccessFile {
  readonly path: string;
  readonly sizeBytes: number;
  #descriptor: number | undefined;

  /** @throws ModelError when the path is missing, no regular file or not readable */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = openRegularFile(path);
    this.sizeBytes = fstatSync(this.#descriptor).size;
  }

  /** Fills `target` from `position` on. */
  read(position: number, target: Uint8Array): void {
    assert(
      this.#descriptor !== undefined,
      `${this.path} is read after it was closed; keep it open until then`,
    );
    for (let done = 0; done < target.length; ) {
      const length = Math.min(target.length - done, MAX_READ_BYTES);
      const count = this.#readOnce(target, done, length, position + done);
      if (count === 0) {
        throw damaged(this.path, `the file ends at byte ${position + done}, inside of what its header lists`);
      }
      done += count;
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #readOnce(target: Uint8Array, offset: number, length: number, position: number): number {
    try {
      return readSync(this.#descriptor!, target, offset, length, position);
    } catch (error) {
      throw new ModelError(`${this.path}: cannot be read, ${messageOf(error)}; check the disk`, error);
    }
  }
}

/** The error of a file whose own numbers contradict each other or its size. */
export function damaged(path: string, problem: string, cause?: unknown): ModelError {
  return new ModelError(
    `${path}: ${problem}; the file is damaged or incomplete, fetch or copy it again`,
    cause,
  );
}

function openRegularFile(path: string): number {
  try {
    // Asked before opening, as opening a named pipe would wait for a writer.
    if (statSync(path).isFile()) return openSync(path, 'r');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const problem = missing ? 'there is no such file' : `cannot be opened, ${messageOf(error)}`;
    throw new ModelError(`${path}: ${problem}; check the path`, error);
  }
  throw new ModelError(`${path}: is a folder or device where a file is needed; name the file`);
}
