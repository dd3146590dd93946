import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildBatch } from './batch.ts';

const N = -100;

interface Row {
  readonly inputIds: Int32Array;
  readonly labels: Int32Array;
}

function row(inputIds: number[], labels: number[]): Row {
  return { inputIds: Int32Array.from(inputIds), labels: Int32Array.from(labels) };
}

/** The tokens 0 … length-1, labelled from a position on. */
function counting(length: number, labelledFrom: number, end: number[] = []): Row {
  const ids = [...Array.from({ length }, (_, i) => i), ...end];
  return row(
    ids,
    ids.map((id, i) => (i < labelledFrom ? N : id)),
  );
}

function checkPrefix(rows: Row[], expected: number, sharePrefix = true): void {
  expect(buildBatch(rows, { sharePrefix }).prefix).toEqual(rows[0]!.inputIds.slice(0, expected));
}

test('one batch, by hand', () => {
  const a = counting(10, 11, [20, 21]);
  const b = counting(10, 11, [30, 31, 32]);
  const batch = buildBatch([a, b], { sharePrefix: true });
  expect(batch).toEqual({
    prefix: Int32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    tokens: Int32Array.from([20, 30, 31]),
    labels: Int32Array.from([21, 31, 32]),
    rows: 2,
    lengths: Int32Array.from([1, 2]),
    labelCount: 3,
    tokenCount: 25,
    longestRow: 13,
  });
});

test('what stands behind the last label is left out, but one token of each row stays', () => {
  const used = (labels: number[]) => {
    const ids = labels.map((_, index) => index);
    const batch = buildBatch([row(ids, labels)], { sharePrefix: false });
    return [...batch.tokens];
  };
  expect(used([N, N, 2, N, N])).toEqual([0, 1]);
  expect(used([0, 1, N])).toEqual([0]);
  expect(used([0, N, N])).toEqual([0]);
  expect(used([N, N, N])).toEqual([0]);
});

test('how far the prefix reaches', () => {
  checkPrefix([counting(10, 11, [20, 21]), counting(10, 11, [30, 31])], 10);
  checkPrefix([counting(10, 11, [20, 21]), counting(10, 11, [30, 31])], 0, false);
  checkPrefix([counting(10, 11, [20, 21])], 0);
  checkPrefix([counting(12, 10), counting(12, 10)], 9);
  checkPrefix([counting(12, 10), counting(12, 9)], 8);
  checkPrefix([counting(12, 10), counting(12, 8)], 0);
  checkPrefix([counting(12, 0), counting(12, 0)], 0);
  checkPrefix([counting(12, 12), counting(11, 11)], 10);
  checkPrefix([counting(7, 9, [20, 21, 22]), counting(7, 9, [30, 31, 32])], 0);
});

test('property: rows come back up to their last label, each label once where it is predicted, none from the prefix', () => {
  const start = fc.array(fc.nat(3), { minLength: 0, maxLength: 24 });
  const own = fc.array(fc.record({ id: fc.nat(3), trained: fc.boolean() }), { minLength: 2, maxLength: 20 });
  const rows = fc
    .tuple(start, fc.array(own, { minLength: 1, maxLength: 6 }))
    .map(([prefix, owns]) =>
      owns.map((tokens) =>
        row(
          [...prefix, ...tokens.map(({ id }) => id)],
          [...prefix.map(() => N), ...tokens.map(({ id, trained }) => (trained ? id : N))],
        ),
      ),
    );
  fc.assert(
    fc.property(rows, fc.boolean(), (encoded, sharePrefix) => {
      const batch = buildBatch(encoded, { sharePrefix });
      const P = batch.prefix.length;
      let start = 0;
      let labelCount = 0;
      for (const [b, { inputIds, labels }] of encoded.entries()) {
        const length = batch.lengths[b]!;
        expect(length).toBeGreaterThan(0);
        const tokens = batch.tokens.subarray(start, start + length);
        expect([...batch.prefix, ...tokens]).toEqual([...inputIds.subarray(0, P + length)]);
        const predicted = Array.from(batch.labels.subarray(start, start + length), (label, l) => [
          P + l + 1,
          label,
        ]);
        start += length;
        const due = Array.from(labels, (label, position) => [position, label]).filter(
          ([position, label]) => position! > 0 && label !== N,
        );
        expect(predicted.filter(([, label]) => label !== N)).toEqual(due);
        if (length > 1) expect(due.at(-1)![0]).toBe(P + length);
        labelCount += due.length;
      }
      expect(batch.tokens).toHaveLength(start);
      expect(batch.labels).toHaveLength(start);
      expect(batch.labelCount).toBe(labelCount);
      expect(batch.tokenCount).toBe(encoded.reduce((sum, { inputIds }) => sum + inputIds.length, 0));
    }),
    { numRuns: 300 },
  );
});
