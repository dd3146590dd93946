/**
 * Files that are whole or absent: written beside their final name, flushed, then renamed. A full disk or a
 * missing folder becomes one sentence, and nothing half-written stays under the final name.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, StorageError, TunesmithError } from './errors.ts';

/** Writes pieces of a file that appears under its name only when `commit` has succeeded. */
export class AtomicFile {
  readonly path: string;
  readonly #temporary: string;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.path = path;
    this.#temporary = temporaryName(path);
    this.#descriptor = storage(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(this.#temporary, 'w');
    });
  }

  /** Appends all bytes. */
  write(bytes: Uint8Array): void {
    storage(
      this.path,
      () => {
        for (let offset = 0; offset < bytes.length; ) {
          offset += writeSync(this.#descriptor!, bytes, offset, Math.min(bytes.length - offset, 1 << 30));
        }
      },
      () => this.discard(),
    );
  }

  commit(): void {
    storage(
      this.path,
      () => {
        fsyncSync(this.#descriptor!);
        this.#close();
        renameSync(this.#temporary, this.path);
      },
      () => this.discard(),
    );
  }

  /** Gives up: removes what was written so far. */
  discard(): void {
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** Writes a whole file atomically. */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const file = new AtomicFile(path);
  file.write(typeof content === 'string' ? Buffer.from(content, 'utf8') : content);
  file.commit();
}

/** Writes JSON with two spaces of indent and a final newline. */
export function writeJsonAtomic(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Fills a folder under a temporary name and moves it to its own when `fill` has succeeded, replacing an older one.
 * @param fill writes into the folder that it is given
 */
export async function writeFolderAtomic(
  path: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryName(path);
  rmSync(temporary, { recursive: true, force: true });
  try {
    mkdirSync(temporary, { recursive: true });
    await fill(temporary);
    rmSync(path, { recursive: true, force: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw asStorageError(path, error);
  }
}

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.part`);
}

function storage<T>(path: string, action: () => T, onFailure?: () => void): T {
  try {
    return action();
  } catch (error) {
    onFailure?.();
    throw asStorageError(path, error);
  }
}

function asStorageError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code !== 'string' || error instanceof TunesmithError) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StorageError(
      {
        en: `write ${path}: the disk is full; free some space and run again`,
        zh: `写入 ${path}：磁盘已满；请腾出空间后重新运行`,
      },
      error,
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new StorageError(
      {
        en: `write ${path}: not allowed to write there; choose another folder`,
        zh: `写入 ${path}：没有写入权限；请换一个文件夹`,
      },
      error,
    );
  }
  return new StorageError(
    {
      en: `write ${path}: ${messageOf(error)}; check the path`,
      zh: `写入 ${path}：${messageOf(error, 'zh')}；请检查路径`,
    },
    error,
  );
}
