import { expect, test } from 'vitest';
import { Stopwatch } from './stopwatch.ts';

test('tells the speed of a step, and the time left from the mean of the steps of this process', () => {
  let time = 5000;
  const stopwatch = new Stopwatch(10, 14, () => time);
  stopwatch.start();
  expect(stopwatch.timing()).toEqual({ elapsedSeconds: 0, remainingSeconds: 0, tokensInSession: 0 });
  stopwatch.beginLap();
  time += 1000;
  expect(stopwatch.lap({ rows: 4, tokens: 100 })).toEqual({
    tokensPerSecond: 100,
    rowsPerSecond: 4,
    elapsedSeconds: 1,
    remainingSeconds: 3,
  });
  time += 1500; // an evaluation
  stopwatch.beginLap();
  time += 1500;
  expect(stopwatch.lap({ rows: 6, tokens: 150 })).toMatchObject({
    tokensPerSecond: 100,
    rowsPerSecond: 4,
    elapsedSeconds: 4,
    remainingSeconds: 4,
  });
  expect(stopwatch.timing().tokensInSession).toBe(250);
  expect(stopwatch.average()).toEqual({ seconds: 4, rowsPerSecond: 2.5, stepsPerSecond: 0.5 });
});
