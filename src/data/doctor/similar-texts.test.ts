import { expect, it } from 'vitest';
import { Random } from '../../core/index.ts';
import { SIGNATURE_LENGTH, shinglesOf, similarity, writeSignature } from './min-hash.ts';
import { SimilarTexts } from './similar-texts.ts';

function signatureOf(text: string): Uint32Array {
  const signature = new Uint32Array(SIGNATURE_LENGTH);
  writeSignature(shinglesOf(text), signature, 0);
  return signature;
}

function jaccard(a: string, b: string): number {
  const [x, y] = [shinglesOf(a), shinglesOf(b)];
  const common = [...x].filter((shingle) => y.has(shingle)).length;
  return common / (x.size + y.size - common);
}

/** Letters drawn evenly. */
function randomText(random: Random, length: number): string {
  return Array.from({ length }, () => String.fromCharCode(97 + random.integer(26))).join('');
}

it('estimates the Jaccard similarity without bias and within its standard deviation', () => {
  const random = new Random(3);
  const errors = Array.from({ length: 400 }, () => {
    const a = randomText(random, 120);
    const b = a.slice(0, random.integer(120)) + randomText(random, 40);
    return similarity(signatureOf(a), signatureOf(b)) - jaccard(a, b);
  });
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
  // 0.5 / sqrt(64) is the largest that a binomial share can have; the mean of 400 lies within 4 / sqrt(400) of it.
  expect(Math.abs(mean)).toBeLessThan(0.0625 * 0.2);
  expect(deviation).toBeLessThan(0.0625);
});

it('groups what differs by a few characters, among thousands that do not', () => {
  const random = new Random(5);
  const texts = new SimilarTexts();
  const originals = Array.from({ length: 3000 }, () => randomText(random, 100));
  for (const text of originals) texts.add(text);
  const changed = [7, 1500, 2999];
  for (const index of changed) texts.add(`${originals[index]!.slice(0, 95)}zz`);
  expect(texts.groups()).toEqual(changed.map((index, at) => [index, 3000 + at]));
});

it('takes what all have in common for nothing', () => {
  const random = new Random(7);
  const texts = new SimilarTexts();
  for (let i = 0; i < 300; i++)
    texts.add(`sort this ticket into one of these queues, please: ${randomText(random, 25)}`);
  expect(texts.groups()).toEqual([]);
});
