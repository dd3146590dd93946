import { expect, test } from 'vitest';
import { nearestName } from './nearest.ts';

function check(input: { name: string; candidates: string[] }, expected: string | undefined): void {
  expect(nearestName(input.name, input.candidates)).toBe(expected);
}

test('offers the name that was likely meant, and none for a stranger', () => {
  const keys = ['cutoff_len', 'lora_rank', 'learning_rate', 'template'];
  check({ name: 'cutof_len', candidates: keys }, 'cutoff_len');
  check({ name: 'LoRA_Rank', candidates: keys }, 'lora_rank');
  check({ name: 'tempalte', candidates: keys }, 'template');
  check({ name: 'learnign_rates', candidates: keys }, 'learning_rate');
  check({ name: 'batch', candidates: keys }, undefined);
  check({ name: 'q', candidates: ['a', 'b'] }, undefined);
  check({ name: 'x', candidates: [] }, undefined);
});
