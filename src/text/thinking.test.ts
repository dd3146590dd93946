import { describe, expect, it } from 'vitest';
import { splitThoughts, stripThoughts } from './thinking.ts';

describe('thoughts', () => {
  it.each<[string, string, string]>([
    ['<think>\nlong\n\nthought\n</think>\n\nParis.', 'long\n\nthought', 'Paris.'],
    ['<think>\n\n</think>\n\n体育', '', '体育'],
    ['<think>x</think>a', 'x', 'a'],
    ['  a\n', '', '  a\n'],
    ['', '', ''],
    ['cut off before </think>\n\nthe answer', 'cut off before', 'the answer'],
    ['<think>\nnever ends', 'never ends', ''],
    ['<think>a</think>b<think>c</think>\nd', 'a\nc', 'bd'],
    ['<think><think>a</think>b', '<think>a', 'b'],
    ['a <think> b', 'b', 'a '],
  ])('%j', (text, thoughts, answer) => {
    expect(splitThoughts(text)).toEqual({ thoughts, answer });
    expect(stripThoughts(text)).toBe(answer);
  });
});
