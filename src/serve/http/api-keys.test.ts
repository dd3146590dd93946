import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addKey, createKeyring, hashKey, readKeyFile } from './api-keys.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'api-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('API keys', () => {
  it('are added by hash, readable by their owner only, and found again', () => {
    const file = join(folder, 'keys');
    const keys = ['alice', 'bob'].map((name) => addKey(file, name));
    const text = readFileSync(file, 'utf8');
    for (const key of keys) expect(text).not.toContain(key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const keyOf = createKeyring(readKeyFile(file));
    expect(keys.map((key) => keyOf(`Bearer ${key}`))).toEqual(['alice', 'bob']);
    expect(() => addKey(file, 'bob')).toThrow('has a key of that name');
    expect(() => addKey(file, 'a b')).toThrow('is no name');
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    'Basic secret',
    'secret',
    'Bearer secret more',
  ])('the header %j opens nothing', (header) =>
    expect(createKeyring([hashKey('a', 'secret')])(header)).toBeUndefined(),
  );

  it('an empty key is none, also where a hash of nothing is known', () => {
    expect(createKeyring([hashKey('a', 'x')])('Bearer ')).toBeUndefined();
  });

  it('a file of another form is refused with its line, which is not shown', () => {
    const file = join(folder, 'broken');
    writeFileSync(file, '# keys\n\nalice my-plain-key\n');
    expect(() => readKeyFile(file)).toThrow(/line 3: is no hashed key/);
    expect(() => readKeyFile(file)).not.toThrow(/my-plain-key/);
    expect(() => readKeyFile(join(folder, 'nowhere'))).toThrow('cannot be read');
  });
});
