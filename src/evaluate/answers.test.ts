import { describe, expect, it } from 'vitest';
import { type AnswerRules, labelOf } from './answers.ts';

const LABELS = ['billing', 'Shipping', 'A1', '财经', ' 彩票 '];

const CASES: readonly (readonly [string, AnswerRules, string | undefined])[] = [
  ['billing', {}, 'billing'],
  ['  billing\n', {}, 'billing'],
  ['\u3000财经\u3000', {}, '财经'],
  ['彩票', {}, ' 彩票 '],
  ['<think>\n\n</think>\n\n财经', {}, '财经'],
  ['<think>it says billing</think>Shipping', {}, 'Shipping'],
  ['it is about money</think>\n\n财经', {}, '财经'],
  ['<think>财经', {}, undefined],
  ['', {}, undefined],
  ['billing.', {}, undefined],
  ['财经。', {}, undefined],
  ['类型：财经', {}, undefined],
  ['Billing', {}, undefined],
  ['BILLING', { ignoreCase: true }, 'billing'],
  ['shipping', { ignoreCase: true }, 'Shipping'],
  ['Ａ１', {}, undefined],
  ['Ａ１', { ignoreWidth: true }, 'A1'],
  ['ａ１', { ignoreWidth: true }, undefined],
  ['ａ１', { ignoreWidth: true, ignoreCase: true }, 'A1'],
];

describe('labelOf', () => {
  it.each(CASES)('%j %j -> %j', (answer, rules, expected) => {
    expect(labelOf(answer, LABELS, rules)).toBe(expected);
  });
});
