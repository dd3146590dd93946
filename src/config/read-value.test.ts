import { describe, expect, test } from 'vitest';
import { isHarmless, readValue, show } from './read-value.ts';
import {
  amount,
  choice,
  flag,
  ignored,
  integer,
  list,
  number,
  refused,
  requiredText,
  type Spec,
  text,
} from './setting.ts';

const HELP = { en: 'help', zh: '说明' };
const FLAG = flag(false, HELP);
const COUNT = integer(8, { ...HELP, min: 1 });
const RATE = number(1, { ...HELP, min: 0, below: 1 });
const STEPS = amount(500, { ...HELP, above: 0 });
const STRATEGY = choice('no', {
  ...HELP,
  choices: ['no', 'steps', 'epoch'],
  synonyms: { false: 'no' },
  refusedValues: { best: { en: 'best is not built yet; use steps', zh: '' } },
});

const READ: readonly (readonly [name: string, spec: Spec, raw: unknown, expected: unknown])[] = [
  ...[true, 'true', 'True', 'yes', 'on', 1, '1'].map((raw) => ['flag', FLAG, raw, true] as const),
  ...[false, 'False', 'no', 'off', 0, ' false '].map((raw) => ['flag', FLAG, raw, false] as const),
  ['integer', COUNT, '16', 16],
  ['integer', COUNT, 3.0, 3],
  ['integer', COUNT, '1_000', 1000],
  ['number', number(1, HELP), '1e-4', 1e-4],
  ['number', number(1, HELP), '5.0e-4', 5e-4],
  ['number', number(1, HELP), '.5', 0.5],
  ['number', number(1, HELP), '-2.', -2],
  ['number', RATE, 0, 0],
  ['amount', STEPS, 0.1, 0.1],
  ['amount', STEPS, '100', 100],
  ['nullable integer', integer(null, HELP), 'None', null],
  ['nullable integer', integer(null, HELP), '', null],
  ['nullable text', text(null, HELP), 'null', null],
  ['text', text('data', HELP), 'a b', 'a b'],
  ['text', text('data', HELP), 7, '7'],
  ['choice', STRATEGY, 'Epoch', 'epoch'],
  ['choice', STRATEGY, false, 'no'],
  ['list', list([], HELP), 'a, b ,c', ['a', 'b', 'c']],
  ['list', list([], HELP), ['a', 'b,c', 3], ['a', 'b,c', '3']],
  ['list', list([], HELP), null, []],
];

test.each(READ)('%s reads', (_, spec, raw, expected) => {
  expect(readValue(spec, raw)).toEqual({ value: expected });
});

const FAULTS: readonly [spec: Spec, raw: unknown, wrong: string, remedy: string][] = [
  [FLAG, 'maybe', '"maybe" is neither true nor false', 'write true or false'],
  [FLAG, null, 'is empty', 'give a value, or remove it to have false'],
  [COUNT, 0, '0 is out of range', 'give a whole number at least 1'],
  [COUNT, 1.5, '1.5 is not a whole number', 'give a whole number at least 1'],
  [COUNT, '1e400', '"1e400" is not a whole number', 'give a whole number at least 1'],
  [COUNT, true, 'true is not a whole number', 'give a whole number at least 1'],
  [RATE, 1, '1 is out of range', 'give a number at least 0 and below 1'],
  [RATE, 'fast', '"fast" is not a number', 'give a number at least 0 and below 1'],
  [STEPS, 1.5, '1.5 is not a whole number', 'give a number: a share below 1 or a whole number, above 0'],
  [STEPS, 0, '0 is out of range', 'give a number: a share below 1 or a whole number, above 0'],
  [STRATEGY, 'step', '"step" is not known', 'the nearest known one is steps (known: no, steps, epoch)'],
  [STRATEGY, 'best', '"best": best is not built yet', 'use steps'],
  [
    STRATEGY,
    'constructor',
    '"constructor" is not known',
    'the nearest known one is no (known: no, steps, epoch)',
  ],
  [requiredText(HELP), '', 'is empty', 'give a value'],
  [text('data', HELP), true, 'true is not a text', 'write a text, in quotes if need be'],
  [list(['all'], HELP), null, 'is empty', 'give a value, or remove it to have ["all"]'],
  [
    list([], HELP),
    { a: 1 },
    '{"a":1} is not a list of names',
    'write names separated by commas, or a list of them',
  ],
];

test.each(FAULTS)('fault %#', (spec, raw, wrong, remedy) => {
  expect(readValue(spec, raw)).toMatchObject({ fault: { en: `${wrong}; ${remedy}` } });
});

describe('harmless values of refused settings', () => {
  const { packing, neat_packing } = refused(HELP, { packing: null, neat_packing: false }, [false]);
  const { report_to } = refused(HELP, { report_to: 'none' }, ['["none"]', '[]']);
  const { pref_beta } = refused(HELP, { pref_beta: 0.1 });
  const CASES: readonly [spec: Spec | undefined, raw: unknown, expected: boolean][] = [
    [packing, null, true],
    [packing, 'None', true],
    [packing, 'False', true],
    [packing, true, false],
    [neat_packing, 'no', true],
    [neat_packing, 'yes', false],
    [report_to, null, true],
    [report_to, ['none'], true],
    [report_to, [], true],
    [report_to, 'wandb', false],
    [pref_beta, '1e-1', true],
    [pref_beta, 0.2, false],
  ];
  test.each(CASES)('%#', (spec, raw, expected) => {
    expect(isHarmless(spec!, raw)).toBe(expected);
  });
});

test('an ignored setting still has a type', () => {
  const { overwrite_cache } = ignored(HELP, { overwrite_cache: false });
  expect(readValue(overwrite_cache!, 'banana').fault?.zh).toBe(
    '"banana" 既非 true 也非 false；请写 true 或 false',
  );
});

test('long values are shortened', () => {
  expect(show('x'.repeat(100))).toHaveLength(58);
});
