/** Hashes of contents: of plain values, whatever the order of their keys, and of files, read once while they stay as they are. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf, StorageError, writeJsonAtomic } from '../core/index.ts';

/** SHA-256 in hex; keys whose value is undefined do not count. */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** A file as it was when it was hashed. */
interface Known {
  readonly size: number;
  readonly modified: number;
  readonly inode: number;
  readonly sha256: string;
}

/** Remembers in a file what was hashed, so that gigabytes are not read at each start. */
export class FileHashes {
  readonly #path: string;
  readonly #known: Map<string, Known>;

  constructor(path: string) {
    this.#path = path;
    this.#known = new Map(Object.entries(readMemory(path)));
  }

  /** Names and contents of files, wherever they lie. @throws StorageError */
  async of(files: readonly string[]): Promise<string> {
    const hashes: [string, string][] = [];
    for (const file of files) hashes.push([basename(file), await this.#ofFile(file)]);
    return hashOf(hashes);
  }

  async #ofFile(file: string): Promise<string> {
    try {
      const { size, mtimeMs: modified, ino: inode } = statSync(file);
      const known = this.#known.get(file);
      if (known && known.size === size && known.modified === modified && known.inode === inode) {
        return known.sha256;
      }
      const hash = createHash('sha256');
      await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
      const sha256 = hash.digest('hex');
      this.#known.set(file, { size, modified, inode, sha256 });
      writeJsonAtomic(this.#path, Object.fromEntries(this.#known));
      return sha256;
    } catch (error) {
      if (error instanceof StorageError) throw error;
      throw new StorageError(
        {
          en: `${file}: cannot be read: ${messageOf(error)}; check the path`,
          zh: `${file}：无法读取：${messageOf(error, 'zh')}；请检查路径`,
        },
        error,
      );
    }
  }
}

/** What cannot be read is hashed anew. */
function readMemory(path: string): Record<string, Known> {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Known>;
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
