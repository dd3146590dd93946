/**
 * One process at a time fetches into a repository's folder; others wait, and then find what it brought. A lock whose
 * holder has died is noticed by its clock standing still, which works between machines and containers too.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, StorageError, writeFileAtomic } from '../core/index.ts';

const LOCK_FILE = '.tunesmith-lock';
const BEAT_MS = 500;
const LOOK_MS = 200;
/** Ten beats: whoever misses so many is not there any more. */
const LOOKS_UNTIL_DEAD = 25;

export interface LockOptions {
  wait(ms: number): Promise<void>;
  /** Hears once that another process is at it. */
  readonly onWait?: (() => void) | undefined;
}

export async function withLock<T>(
  folder: string,
  options: LockOptions,
  action: () => Promise<T>,
): Promise<T> {
  const path = join(folder, LOCK_FILE);
  const token = randomUUID();
  await acquire(path, token, options);
  const beat = setInterval(() => touch(path), BEAT_MS).unref();
  try {
    return await action();
  } finally {
    clearInterval(beat);
    if (holderOf(path) === token) rmSync(path, { force: true });
  }
}

async function acquire(path: string, token: string, { wait, onWait }: LockOptions): Promise<void> {
  let seen: string | undefined;
  let looks = 0;
  for (let isFirst = true; !create(path, token); isFirst = false) {
    if (isFirst) onWait?.();
    const now = pulseOf(path);
    looks = now === seen ? looks + 1 : 0;
    seen = now;
    if (looks >= LOOKS_UNTIL_DEAD) {
      writeFileAtomic(path, token);
      await wait(LOOK_MS);
      // Of several that noticed the death at once, the last to write has it.
      if (holderOf(path) === token) return;
    }
    await wait(LOOK_MS);
  }
}

function create(path: string, token: string): boolean {
  try {
    writeFileSync(path, token, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new StorageError(
      {
        en: `${path}: cannot be written, ${String(error)}; choose another cache`,
        zh: `${path}：无法写入，${messageOf(error, 'zh')}；请换一个缓存文件夹`,
      },
      error,
    );
  }
}

function pulseOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.ino} ${found.mtimeMs}`;
}

function holderOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // taken away since
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Someone took it away; what is fetched is checked by its digest all the same.
  }
}
