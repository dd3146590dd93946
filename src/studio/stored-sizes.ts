/** How much of the disk a folder takes: links are not followed, and what is there under several names counts once. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export async function sizeOnDisk(path: string, counted = new Set<string>()): Promise<number> {
  const found = await lstat(path).catch(() => undefined); // gone meanwhile, or not ours to look at
  if (!found) return 0;
  if (found.isFile()) {
    const key = `${found.dev} ${found.ino}`;
    if (found.nlink > 1 && counted.has(key)) return 0;
    counted.add(key);
    return found.size;
  }
  if (!found.isDirectory()) return 0;
  const names = await readdir(path).catch(() => []);
  let total = 0;
  for (const name of names) total += await sizeOnDisk(join(path, name), counted);
  return total;
}
