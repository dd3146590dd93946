import { expect, test } from 'vitest';
import { splitTrainValidation } from './train-validation.ts';

const ROWS = 100;

function check(valSize: number, expected: number | RegExp): void {
  const split = () => splitTrainValidation(ROWS, valSize, 42);
  if (expected instanceof RegExp) {
    expect(split).toThrow(expected);
    return;
  }
  const { train, validation } = split();
  expect(validation).toHaveLength(expected);
  expect([...train, ...validation].sort((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, i) => i));
  for (const part of [train, validation]) expect(part).toEqual(part.toSorted());
}

test('a fraction, rounded up, or a count', () => {
  check(0.1, 10);
  check(0.101, 11);
  check(1, 1);
  check(30, 30);
  check(99, 99);
  check(100, /val_size 100 takes 100 of 100 rows/);
  check(0, /takes 0 of 100/);
});

test('the seed decides', () => {
  const drawn = (seed: number) => splitTrainValidation(ROWS, 10, seed).validation;
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
});
