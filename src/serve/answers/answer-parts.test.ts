import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallReader } from '../../text/index.ts';
import { AnswerParts, type PartsOptions } from './answer-parts.ts';

const MARKED: CallReader = {
  marks: ['<call>', '</call>'],
  beginnings: [],
  read: (text) => (/^\w+$/.test(text) ? [{ name: text, arguments: '{}' }] : undefined),
};
const WHOLE: CallReader = {
  beginnings: ['Action:'],
  read: (text) => (text.endsWith('!') ? [{ name: text.slice(7, -1).trim(), arguments: '{}' }] : undefined),
};

function partsOf(pieces: readonly string[], options: PartsOptions) {
  const parts = new AnswerParts(options);
  const all = [...pieces.flatMap((piece) => parts.push(piece)), ...parts.end()];
  const textOf = (kind: string) =>
    all.map((part) => (part.kind === kind ? (part as { text: string }).text : '')).join('');
  return {
    reasoning: textOf('reasoning'),
    content: textOf('content'),
    calls: all.flatMap((part) => (part.kind === 'call' ? [part.call.name] : [])),
  };
}

type Expected = Partial<ReturnType<typeof partsOf>>;

describe('the parts of an answer', () => {
  const cases: [string, PartsOptions, Expected][] = [
    ['plain', { thoughts: 'none' }, { content: 'plain' }],
    ['<think>x</think>', { thoughts: 'none' }, { content: '<think>x</think>' }],
    ['plain', { thoughts: 'possible' }, { content: 'plain' }],
    ['\n<think>\na b\n</think>\n\nyes\n', { thoughts: 'possible' }, { reasoning: 'a b', content: 'yes\n' }],
    ['<think>\ncut off', { thoughts: 'possible' }, { reasoning: 'cut off' }],
    ['a\n</think>b', { thoughts: 'open' }, { reasoning: 'a', content: 'b' }],
    ['<thi', { thoughts: 'possible' }, { content: '<thi' }],
    ['hi <call>go</call>', { thoughts: 'none', calls: MARKED }, { content: 'hi ', calls: ['go'] }],
    [
      '<call>a</call>\n<call>b</call>',
      { thoughts: 'none', calls: MARKED },
      { content: '\n', calls: ['a', 'b'] },
    ],
    ['<call>a b</call>!', { thoughts: 'none', calls: MARKED }, { content: '<call>a b</call>!' }],
    ['<call>go', { thoughts: 'none', calls: MARKED }, { calls: ['go'] }],
    ['<call>go</call>', { thoughts: 'none' }, { content: '<call>go</call>' }],
    [
      '<think>t</think><call>go</call>',
      { thoughts: 'possible', calls: MARKED },
      { reasoning: 't', calls: ['go'] },
    ],
    ['Action: go!', { thoughts: 'none', calls: WHOLE }, { calls: ['go'] }],
    ['Action: go', { thoughts: 'none', calls: WHOLE }, { content: 'Action: go' }],
    ['Acting', { thoughts: 'none', calls: WHOLE }, { content: 'Acting' }],
  ];

  it.each(cases)('%j, %j', (text, options, expected) => {
    const whole = { reasoning: '', content: '', calls: [], ...expected };
    expect(partsOf([text], options)).toEqual(whole);
    expect(partsOf([...text], options), 'letter by letter').toEqual(whole);
  });

  it('do not depend on how the text arrives', () => {
    const cut = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.constantFrom(...cases), cut, ([text, options], lengths) => {
        const pieces: string[] = [];
        let rest = text;
        for (const length of lengths) {
          pieces.push(rest.slice(0, length));
          rest = rest.slice(length);
        }
        expect(partsOf([...pieces, rest], options)).toEqual(partsOf([text], options));
      }),
    );
  });
});
