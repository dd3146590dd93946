import { describe, expect, it } from 'vitest';
import { DataError } from '../core/index.ts';
import type { Sample } from '../data/index.ts';
import { joinPredictions, type PredictionLine } from './predictions.ts';

const LABELS = ['退款', 'billing'];
const SAMPLES = ['a', 'b', 'c', 'd'].map(
  (question, index): Sample => ({
    conversation: {
      messages: [
        { role: 'user', content: `question ${question}` },
        { role: 'assistant', content: LABELS[index % 2]! },
      ],
    },
    origin: { file: 'data/test.jsonl', row: index + 1 },
  }),
);
const OTHER = SAMPLES.map((sample) => ({ ...sample, origin: { ...sample.origin, file: 'data/more.jsonl' } }));

const lines = (...values: Record<string, unknown>[]): PredictionLine[] =>
  values.map((each, index) => ({ file: 'predictions.jsonl', row: index + 1, values: each }));
const factory = (question: string, predict: string, label: string) => ({
  prompt: `<|im_start|>user\nquestion ${question}<|im_end|>\n<|im_start|>assistant\n`,
  predict,
  label: `${label}\n`,
});

/** `row: prediction` of what was joined, `line: reason` of what was not. */
function check(given: readonly PredictionLine[], joined: string[], left: string[], samples = SAMPLES): void {
  const { rows, findings } = joinPredictions(given, samples, LABELS);
  expect(rows.map(({ file, row, prediction }) => `${file.slice(5, 9)} ${row}: ${prediction}`)).toEqual(
    joined,
  );
  expect(findings.map(({ row, reason }) => `${row}: ${reason}`)).toEqual(left);
}

describe('joinPredictions', () => {
  it('joins LLaMA-Factory’s lines by their order', () => {
    const all = [
      factory('a', '退款', '退款'),
      factory('b', 'billing ', 'billing'),
      factory('c', 'no idea', '退款'),
    ];
    check(
      lines(...all, factory('d', '<think>\nhm\n</think>\n\n退款', 'billing')),
      ['test 1: 退款', 'test 2: billing', 'test 3: undefined', 'test 4: 退款'],
      [],
    );
  });

  it('joins LLaMA-Factory’s lines by prompt and label where rows are missing', () => {
    check(
      lines(
        factory('b', 'billing', 'billing'),
        factory('x', 'billing', 'billing'),
        factory('c', '退款', '退款'),
      ),
      ['test 2: billing', 'test 3: 退款'],
      ['2: no row behind that of the line before has its prompt and label'],
    );
  });

  it('joins by row, whatever the order, and keeps answer and probability', () => {
    const given = lines(
      { row: 3, prediction: '退款', probability: 0.9 },
      { row: '1', prediction: ' billing', probability: '0.6' },
    );
    check(given, ['test 1: billing', 'test 3: 退款'], []);
    expect(joinPredictions(given, SAMPLES, LABELS).rows[0]).toEqual({
      file: 'data/test.jsonl',
      row: 1,
      input: 'question a',
      truth: '退款',
      prediction: 'billing',
      probability: 0.6,
      answer: ' billing',
    });
  });

  it('names every line that it leaves out', () => {
    check(
      lines(
        { id: 1, prediction: '退款' },
        { id: 9, prediction: '退款' },
        { id: 1, prediction: '退款' },
        { id: 2, prediction: null },
        { prediction: 'billing' },
        { id: 3, prediction: '退款', label: 'billing' },
        { id: 4, prediction: '退款', probability: 'high' },
      ),
      ['test 1: 退款'],
      [
        '2: the data set has no row 9',
        '3: row 1 is predicted a second time',
        '4: prediction holds no text',
        '5: it names no row',
        '6: its label is "billing", and row 3 says "退款"',
        '7: its probability is "high", not a number from 0 to 1',
      ],
    );
  });

  it('tells files apart by name where the data set has several', () => {
    check(
      lines({ file: 'more.jsonl', row: 1, prediction: '退款' }, { row: 2, prediction: 'billing' }),
      ['more 1: 退款'],
      ['2: several files have a row 2; add a column file'],
      [...SAMPLES, ...OTHER],
    );
  });

  const refused: readonly (readonly [string, PredictionLine[], RegExp])[] = [
    ['a file without lines', [], /no line has a prediction \(columns: none\)/],
    [
      'unknown columns',
      lines({ row: 1, result: 'a' }),
      /\(columns: row, result\); name the column prediction or predict/,
    ],
    [
      'lines that nothing identifies',
      lines({ predict: 'a' }),
      /1 predictions for 4 rows, .*add a column row/,
    ],
    [
      'lines of another data set',
      lines({ row: 77, predict: 'a' }),
      /none of its 1 .* number 1: the data set has no row 77;/,
    ],
  ];
  it.each(refused)('refuses %s', (_, given, message) => {
    expect(() => joinPredictions(given, SAMPLES, LABELS)).toThrow(DataError);
    expect(() => joinPredictions(given, SAMPLES, LABELS)).toThrow(message);
  });
});
