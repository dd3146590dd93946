import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileHashes, hashOf } from './content-hash.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hashes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('hashes values by what they are, not by the order of their keys', () => {
  expect(hashOf({ a: 1, b: [{ c: 2, d: undefined }] })).toBe(hashOf({ b: [{ c: 2 }], a: 1 }));
  expect(hashOf({ a: [1, 2] })).not.toBe(hashOf({ a: [2, 1] }));
});

it('hashes files by name and content, wherever they lie, and reads again only what changed', async () => {
  const memory = join(folder, 'hashes.json');
  const file = join(folder, 'a.json');
  writeFileSync(file, 'one');
  const first = await new FileHashes(memory).of([file]);
  // A memory that lies shows that the file was not read again.
  writeFileSync(memory, readFileSync(memory, 'utf8').replace(/"sha256": "[^"]+"/, '"sha256": "remembered"'));
  expect(await new FileHashes(memory).of([file])).toBe(hashOf([['a.json', 'remembered']]));
  // Of the same length, at another time.
  writeFileSync(file, 'two');
  utimesSync(file, 1, 1);
  const second = await new FileHashes(memory).of([file]);
  expect(second).not.toBe(first);
  writeFileSync(memory, 'torn {');
  expect(await new FileHashes(memory).of([file])).toBe(second);
});

it('names a file that is not there', async () => {
  await expect(new FileHashes(join(folder, 'm')).of([join(folder, 'none')])).rejects.toThrow(
    /none: cannot be read/,
  );
});
