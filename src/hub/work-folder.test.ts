import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimWorkFolder } from './work-folder.ts';

/** Beyond what any system gives to a process. */
const DEAD = 2 ** 30;
const HOUR_S = 3600;

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'work-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

const mine = `.fetch-${hostname()}-${process.pid}`;

test.each<[what: string, name: string, ageHours: number, taken: boolean]>([
  ['of a dead process', `.fetch-${hostname()}-${DEAD}`, 0, true],
  ['of a living process', `.fetch-${hostname()}-${process.ppid}`, 99, false],
  ['of another machine, in use', `.fetch-other-host-1`, 23, false],
  ['of another machine, old', `.fetch-other-host-1`, 25, true],
  ['that is no work folder', 'something-else', 99, false],
])('a folder %s', (_what, name, ageHours, taken) => {
  mkdirSync(join(parent, name));
  writeFileSync(join(parent, name, 'part'), '');
  const time = Date.now() / 1000 - ageHours * HOUR_S;
  utimesSync(join(parent, name), time, time);
  expect(claimWorkFolder(parent)).toBe(join(parent, mine));
  expect(existsSync(join(parent, mine, 'part'))).toBe(taken);
  expect(readdirSync(parent).sort()).toEqual((taken ? [mine] : [mine, name]).sort());
});

test('one abandoned folder is taken over, further ones are removed; our own is kept', () => {
  for (const pid of [DEAD, DEAD + 1]) mkdirSync(join(parent, `.fetch-${hostname()}-${pid}`));
  writeFileSync(join(parent, `.fetch-${hostname()}-${DEAD}`, 'part'), '');
  claimWorkFolder(parent);
  expect(readdirSync(parent)).toEqual([mine]);
  expect(claimWorkFolder(parent)).toBe(join(parent, mine));
  expect(existsSync(join(parent, mine, 'part'))).toBe(true);
});
