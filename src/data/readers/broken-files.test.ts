/**
 * Real files of every format, broken at random: whatever comes in, a reader gives rows, or says file and reason in
 * less than two seconds. `TUNESMITH_BROKEN_FILES=10000` breaks more of them.
 */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DataError } from '../../core/index.ts';
import { readRows } from '../read-rows.ts';

const COUNT = Number(process.env['TUNESMITH_BROKEN_FILES'] ?? 200);
const SEED = Number(process.env['TUNESMITH_BROKEN_SEED'] ?? 1);
/** Where files that take long are kept. */
const KEPT = process.env['TUNESMITH_BROKEN_KEPT'];
const LONGEST_MS = 2000;
/** Starting the process anew after a file that it did not survive, on a busy machine. */
const RESTART_MS = 3000;

const GOLDEN = new URL('../../../test/golden/data/tables/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'tunesmith-broken-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => readRows(join(GOLDEN, 'none.parquet')));

const rows = Array.from({ length: 20 }, (_, i) => ({
  标题: `标题 ${i}, "x"`,
  label: String(i % 3),
  n: i,
  m: [{ role: 'user' }],
}));
const csv = [
  '标题,label\r',
  ...rows.map((row) => `"${row['标题'].replaceAll('"', '""')}\n",${row.label}`),
].join('\n');

const TEXTS: readonly [string, Uint8Array][] = [
  ['a.json', Buffer.from(JSON.stringify(rows, null, 1))],
  ['b.jsonl', Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'))],
  ['c.csv', Buffer.from(csv)],
  ['d.csv', iconv.encode(csv, 'gb18030')],
  ['e.csv', iconv.encode(csv, 'utf-16le', { addBOM: true })],
  ['f.tsv', iconv.encode(csv.replaceAll(',', '\t'), 'utf-16be')],
  ['g.txt', iconv.encode(csv, 'gb18030')],
];
const TABLES = readdirSync(GOLDEN)
  .filter((name) => /\.(parquet|arrow|xlsx)$/.test(name))
  .map((name): [string, Uint8Array] => [name, readFileSync(join(GOLDEN, name))]);

/** A place in a file, often near its end, where formats keep their directories. */
const place = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0.95, max: 1, noNaN: true }),
);
const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
  fc.constantFrom([0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0x80], [0], [0xff], [0x22], [0x0a], [0x5b], [0x7b]),
);
type Break = (file: Buffer) => Buffer;
const breaks: fc.Arbitrary<Break> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(place, bytes).map(
      ([at, put]): Break =>
        (file) =>
          splice(file, at, put.length, put),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, bytes).map(
      ([at, put]): Break =>
        (file) =>
          splice(file, at, 0, put),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, fc.nat(64)).map(
      ([at, count]): Break =>
        (file) =>
          splice(file, at, count, []),
    ),
  },
  {
    weight: 1,
    arbitrary: place.map(
      (at): Break =>
        (file) =>
          file.subarray(0, Math.floor(at * file.length)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, place, fc.nat(400)).map(
      ([from, to, count]): Break =>
        (file) => {
          const start = Math.floor(from * file.length);
          return splice(file, to, 0, file.subarray(start, start + count));
        },
    ),
  },
);

function splice(file: Buffer, at: number, removed: number, put: ArrayLike<number>): Buffer {
  const start = Math.floor(at * file.length);
  return Buffer.concat([file.subarray(0, start), Uint8Array.from(put), file.subarray(start + removed)]);
}

test(`${COUNT} broken files: rows, or file and reason, in two seconds`, { timeout: 0 }, async () => {
  const broken = fc.tuple(
    fc.oneof(fc.constantFrom(...TEXTS), fc.constantFrom(...TABLES)),
    fc.array(breaks, { minLength: 1, maxLength: 4 }),
  );
  const outcomes = { read: 0, refused: 0, ended: 0, slowestMs: 0, slowest: '' };
  const check = async ([[name, whole], operations]: [[string, Uint8Array], Break[]]) => {
    const path = join(folder, `broken${extname(name)}`);
    writeFileSync(
      path,
      operations.reduce<Buffer>((file, operation) => operation(file), Buffer.from(whole)),
    );
    const start = performance.now();
    const error = await readRows(path).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const took = performance.now() - start;
    if (error === undefined) {
      outcomes.read++;
    } else {
      expect(error, `${(error as Error).stack}`).toBeInstanceOf(DataError);
      const { message } = error as DataError;
      expect(message.startsWith(path), message).toBe(true);
      expect(message, message).toContain('; ');
      if (message.includes('its reader')) outcomes.ended++;
      else outcomes.refused++;
    }
    if (took > LONGEST_MS / 4 && KEPT !== undefined) {
      copyFileSync(path, join(KEPT, `${Math.round(took)}-${name}`));
    }
    if (took > outcomes.slowestMs) {
      outcomes.slowestMs = Math.round(took);
      outcomes.slowest = `${name}: ${error ?? 'read'}`;
    }
    expect(took, `${name}: ${error}`).toBeLessThan(LONGEST_MS + RESTART_MS);
  };
  await fc.assert(fc.asyncProperty(broken, check), {
    numRuns: COUNT,
    seed: SEED,
    endOnFailure: COUNT > 1000,
  });
  console.log(outcomes);
});
