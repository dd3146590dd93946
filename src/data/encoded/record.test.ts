import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packRecord, unpackRecord } from './record.ts';

test('property: a row comes back, whatever is labelled and with whatever', () => {
  const token = fc.nat(200_000);
  const label = fc.constantFrom('none', 'token', 'other' as const);
  fc.assert(
    fc.property(fc.nat(9), fc.nat(), fc.array(fc.tuple(token, label)), (file, row, tokens) => {
      const content = {
        file,
        row,
        inputIds: Int32Array.from(tokens, ([id]) => id),
        labels: Int32Array.from(tokens, ([id, kind]) =>
          kind === 'none' ? -100 : kind === 'token' ? id : id + 1,
        ),
      };
      expect(unpackRecord(packRecord(content))).toEqual(content);
    }),
  );
});

test('a row with one answer takes six numbers beside its tokens', () => {
  const inputIds = Int32Array.from({ length: 50 }, (_, index) => index);
  const labels = inputIds.map((id, index) => (index < 40 ? -100 : id));
  expect(packRecord({ file: 0, row: 1, inputIds, labels })).toHaveLength(50 + 4 + 2);
});
