/** The bin of models, by a clock of the test's own: moved aside, brought back, deleted a day later. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ModelBin } from './model-bin.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let folder: string;
let path: string;
let now: number;
let bin: ModelBin;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-bin-'));
  path = join(folder, 'models', 'tiny');
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'config.json'), '{}');
  now = Date.parse('2026-01-01T00:00:00Z');
  bin = new ModelBin(join(folder, 'removed.json'), () => now);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const model = () => ({ name: path, title: 'tiny', sizeBytes: 2, path });

it('brings back what was removed, also for a studio that was started anew', () => {
  const id = bin.put(model(), 'files');
  expect(existsSync(path)).toBe(false);
  expect(bin.list()).toEqual([{ id, title: 'tiny', sizeBytes: 2, until: '2026-01-02T00:00:00.000Z' }]);
  const again = new ModelBin(join(folder, 'removed.json'), () => now);
  expect(again.restore(id)).toEqual({ name: path, path, takes: 'files' });
  expect(readFileSync(join(path, 'config.json'), 'utf8')).toBe('{}');
  expect(again.list()).toEqual([]);
});

it('deletes after a day, or at once when asked', () => {
  const first = bin.put(model(), 'files');
  now += DAY_MS - 1;
  expect(bin.list()).toHaveLength(1);
  now += 1;
  expect(bin.list()).toEqual([]);
  expect(existsSync(join(folder, 'models', `.removed-${first}`))).toBe(false);
  expect(() => bin.restore(first)).toThrow('not there any more');
  mkdirSync(path);
  const second = bin.put(model(), 'files');
  bin.purge(second);
  expect(existsSync(join(folder, 'models', `.removed-${second}`))).toBe(false);
});

it('puts nothing over another model of the same place', () => {
  const id = bin.put(model(), 'files');
  mkdirSync(path);
  expect(() => bin.restore(id)).toThrow('there is another one by now');
  rmSync(path, { recursive: true });
  expect(bin.restore(id).path).toBe(path);
});

it('leaves alone the files of one that only left the list', () => {
  const id = bin.put(model(), 'entry');
  expect(existsSync(path)).toBe(true);
  expect(bin.list()[0]!.sizeBytes).toBe(0);
  bin.purge(id);
  expect(existsSync(path)).toBe(true);
});
