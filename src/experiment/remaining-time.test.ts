import { expect, it } from 'vitest';
import { RemainingTime } from './remaining-time.ts';

it('goes by the pace of the present stage, and by what stages of a kind took before', () => {
  let now = 0;
  const time = new RemainingTime(() => now);
  time.begin('judge');
  expect(time.stage()).toBeUndefined();
  time.progress({ task: 'load weights', done: 0, total: 10 });
  now = 1000;
  time.progress({ task: 'load weights', done: 5, total: 10 });
  expect(time.stage()).toBe(1);
  // Another task has a pace of its own.
  time.progress({ task: 'score labels', done: 0, total: 100 });
  now = 3000;
  time.progress({ task: 'score labels', done: 20, total: 100 });
  expect(time.stage()).toBe(8);
  now = 5000;
  expect(time.stage()).toBe(6);
  expect(time.total([])).toBe(6);
  expect(time.total(['train'])).toBeUndefined();
  time.learn('judge', 10);
  time.learn('train', 100);
  time.begin('train');
  expect(time.stage()).toBe(100);
  time.progress({ task: 'train', done: 1, total: 50, seconds: 70 });
  expect(time.total(['judge', 'compare'])).toBe(81);
});
