import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Language } from '../core/index.ts';
import type { RunEvent } from '../runs/index.ts';
import { createRunDisplay } from './run-display.ts';

/** A stream that remembers, and passes for a terminal if told to. */
class Screen extends Writable {
  readonly isTTY: boolean;
  columns = 100;
  text = '';

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
  cursorTo = () => true;
  moveCursor = () => true;
  clearLine = () => true;
}

function step(number: number, loggedLoss?: number): RunEvent {
  return {
    type: 'step',
    step: number,
    totalSteps: 40,
    epoch: number / 40,
    loss: 2,
    ...(loggedLoss === undefined ? {} : { loggedLoss }),
    learningRate: 0.00049,
    gradNorm: 1,
    tokensPerSecond: 411.6,
    rowsPerSecond: 3,
    elapsedSeconds: number,
    remainingSeconds: 3725,
    totalTokens: 1,
  };
}

function shown(events: readonly [ms: number, event: RunEvent][], language: Language, isTTY = false): string {
  const screen = new Screen(isTTY);
  let time = 0;
  const display = createRunDisplay(language, screen as unknown as NodeJS.WriteStream, () => time);
  for (const [ms, event] of events) {
    time = ms;
    display.show(event);
  }
  display.close();
  return screen.text;
}

test('without a terminal: a line for each log, and else one every few seconds at most', () => {
  const text = shown(
    [
      [0, step(1)],
      [100, step(2)],
      [200, step(3, 1.5)],
      [4000, step(4)],
      [5300, step(5)],
    ],
    'en',
  );
  expect(text.split('\n')).toEqual([
    'step 1/40  loss 2.0000  lr 4.90e-4  412 tokens/s  1:02:05 left',
    'step 3/40  loss 1.5000  lr 4.90e-4  412 tokens/s  1:02:05 left',
    'step 5/40  loss 2.0000  lr 4.90e-4  412 tokens/s  1:02:05 left',
    '',
  ]);
});

test('other events are lines of their own, in the language of the user', () => {
  const events: [number, RunEvent][] = [
    [0, { type: 'evaluation', step: 5, epoch: 1, evalLoss: 0.5, runtimeSeconds: 1, rowsPerSecond: 2 }],
    [0, { type: 'finding', file: '/data/rows.json', row: 3, kind: 'cut', reason: 'too long' }],
    [0, { type: 'state', state: 'saving' }],
  ];
  expect(shown(events, 'en')).toBe('step 5: loss on held-out rows 0.5000\n/data/rows.json row 3: too long\n');
  expect(shown(events, 'zh')).toBe('第 5 步：留出数据上的损失 0.5000\n/data/rows.json 第 3 行：too long\n');
});

test('on a terminal: a bar that gives way to lines', () => {
  const text = shown(
    [
      [0, step(10)],
      [1, { type: 'checkpoint', step: 10, path: '/runs/a/checkpoint-10' }],
      [2, step(20)],
    ],
    'en',
    true,
  );
  expect(text).toMatch(/█{6}░{18} 10\/40 {2}loss 2\.0000 {2}lr 4\.90e-4 {2}412 tokens\/s {2}1:02:05 left/);
  expect(text).toContain('checkpoint: /runs/a/checkpoint-10\n');
  expect(text).toMatch(/█{12}░{12} 20\/40/);
});
