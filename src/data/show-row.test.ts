import fc from 'fast-check';
import { expect, test } from 'vitest';
import { characterTokenizer } from '../../test/support/tokenizers.ts';
import type { Message, Template } from '../text/index.ts';
import { encodeRow, type RowSettings, rowRule } from './encode-row.ts';
import { showRow } from './show-row.ts';

const MARKS = ['^', '<', '>', ';', '$'];
const utf8 = new TextEncoder();
/** One token a character; BOS `^`, EOS `$`. Characters are shown by their bytes, as real tokenizers have them. */
const tokenizer = characterTokenizer(MARKS, { bosId: 0x110000 });
tokenizer.tokenBytes = (id) => utf8.encode(tokenizer.idToToken(id));

/** `^S` system, then `<question>` and `answer;` for each pair. */
function template(efficientEos: boolean): Template {
  return {
    name: 'plain',
    stopTokens: ['$'] as readonly string[],
    efficientEos,
    encodeTurns: (_, { messages, system }) =>
      messages.flatMap(({ content }, i) =>
        i % 2 === 1
          ? []
          : {
              source: tokenizer.encode(`${i === 0 ? `^${system ?? ''}` : ''}<${content}>`),
              target: tokenizer.encode(`${messages[i + 1]!.content};`),
            },
      ),
  } as Partial<Template> as Template;
}

const SETTINGS: RowSettings = {
  cutoffLen: 100,
  trainOnPrompt: false,
  maskHistory: false,
  enableThinking: true,
  truncation: 'keep',
};

const sampleOf = (turns: readonly string[]) => ({
  conversation: {
    messages: turns.map((content, i): Message => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
    system: 'S',
  },
  origin: { file: 'rows.json', row: 1 },
});

/** Each token as its text, in `[ ]` where it is trained, in `( )` where it is cut. */
function check(
  turns: string[],
  settings: Partial<RowSettings>,
  expected: string,
  efficientEos = false,
): void {
  const { tokens, finding } = showRow(sampleOf(turns), template(efficientEos), tokenizer, {
    ...SETTINGS,
    ...settings,
  });
  const shown = tokens.map(({ text, trained, cut }) => (cut ? `(${text})` : trained ? `[${text}]` : text));
  expect(
    `${shown.join('').replaceAll('][', '').replaceAll(')(', '')}${finding ? ` ${finding.kind}` : ''}`,
  ).toBe(expected);
}

test('what is trained, read and cut', () => {
  check(['hi', 'yo'], {}, '^S<hi>[yo;]');
  check(['a', 'b', 'c', 'd'], {}, '^S<a>[b;]<c>[d;]');
  check(['a', 'b', 'c', 'd'], { maskHistory: true }, '^S<a>b;<c>[d;]');
  check(['hi', 'yo'], { trainOnPrompt: true }, '^[S<hi>yo;]');
  check(['question', 'answer'], { cutoffLen: 16 }, '^S<questi(on>)[answer;] cut');
  check(['question', 'yo'], { cutoffLen: 8, truncation: 'left' }, '^(S<quest)ion>[yo;] cut');
  check(['question', 'yo'], { cutoffLen: 8, truncation: 'drop' }, '(^S<question>yo;) dropped');
  check(['a', 'b', 'c', 'd'], { cutoffLen: 5, maskHistory: true }, '(^S<a>b;)<c>[d;] cut');
  check(['a', 'b', 'c', 'd'], {}, '^S<a>[b;<]c>[d;$]', true);
});

test('what is learnt in the place of a token', () => {
  const { tokens } = showRow(sampleOf(['a', 'b', 'c', 'd']), template(true), tokenizer, SETTINGS);
  expect(tokens.filter(({ label }) => label !== undefined)).toEqual([
    { id: tokenizer.tokenToId('<'), text: '<', trained: true, cut: false, label: tokenizer.tokenToId('$') },
  ]);
});

test('is what encoding gives, whatever the row and the settings', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '好', ' '), maxLength: 12 });
  const turns = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 3 }).map((pairs) => pairs.flat());
  const settings = fc.record({
    cutoffLen: fc.integer({ min: 2, max: 60 }),
    trainOnPrompt: fc.boolean(),
    maskHistory: fc.boolean(),
    enableThinking: fc.boolean(),
    truncation: fc.constantFrom('keep' as const, 'drop' as const, 'left' as const),
  });
  fc.assert(
    fc.property(turns, settings, fc.boolean(), (turns, settings, efficientEos) => {
      fc.pre(!(efficientEos && settings.trainOnPrompt));
      const sample = sampleOf(turns);
      const shown = showRow(sample, template(efficientEos), tokenizer, settings);
      const { layout, finding } = encodeRow(sample, rowRule(template(efficientEos), tokenizer, settings));
      const kept = shown.tokens.filter(({ cut }) => !cut);
      expect(kept.map(({ id }) => id)).toEqual([...(layout?.inputIds ?? [])]);
      const labels = kept.map(({ id, trained, label }) => (trained ? (label ?? id) : -100));
      expect(labels.slice(1)).toEqual([...(layout?.labels ?? [])].slice(1));
      expect(shown.finding).toEqual(finding);
    }),
  );
});
