import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const KNOWN = [
  'num_train_epochs',
  'lora_rank',
  'learning_rate',
  'ppo_epochs',
  'cosine',
  'constant',
  'val_size',
];

const CASES: readonly [word: string, expected: string | undefined][] = [
  ['lora_rnk', 'lora_rank'],
  ['lora_rnak', 'lora_rank'],
  ['LoRA_Rank', 'lora_rank'],
  ['learning_rte', 'learning_rate'],
  ['cosin', 'cosine'],
  ['epochs', 'num_train_epochs'],
  ['rank', 'lora_rank'],
  ['valsize', 'val_size'],
  ['', 'cosine'],
];

test.each(CASES)('the nearest to "%s" is %s', (word, expected) => {
  expect(nearest(word, KNOWN)).toBe(expected);
});

test('nothing is near when nothing is known', () => {
  expect(nearest('lora_rank', [])).toBeUndefined();
});
