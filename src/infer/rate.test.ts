import { expect, it } from 'vitest';
import { Rate } from './rate.ts';

it.each([
  { name: 'nothing', events: [], now: 0, expected: 0 },
  { name: 'one event, over no time', events: [[0, 5]], now: 10, expected: 0 },
  {
    name: 'ten in a second',
    events: [
      [0, 1],
      [500, 4],
      [1000, 6],
    ],
    now: 1000,
    expected: 10,
  },
  {
    name: 'of the last seconds only',
    events: [
      [0, 1000],
      [6000, 1],
      [8000, 4],
    ],
    now: 8000,
    expected: 2,
  },
  {
    name: 'nothing any more',
    events: [
      [0, 1],
      [1000, 5],
    ],
    now: 60_000,
    expected: 0,
  },
])('$name: $expected per second', ({ events, now, expected }) => {
  let clock = 0;
  const rate = new Rate(() => clock);
  for (const [at, count] of events as [number, number][]) {
    clock = at;
    rate.add(count);
  }
  clock = now;
  expect(rate.perSecond).toBe(expected);
});
