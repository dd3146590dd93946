import { expect, test } from 'vitest';
import type { Message, Template, Tokenizer } from '../text/index.ts';
import { type EncodeSettings, encodeSamples } from './encode.ts';

/** One token a character: its code. EOS is `$`, BOS `^`. */
const tokenizer = { bosId: 94, tokenToId: (token: string) => token.charCodeAt(0) } as Tokenizer;

/** `^S` system, then `<question>` and `answer;` for each pair. */
const template = {
  name: 'plain',
  stopTokens: ['$'] as readonly string[],
  efficientEos: false,
  encodeTurns: (_, { messages, system }, { stripHistoryThoughts }) => {
    const ids = (text: string) => Array.from(text, (char) => char.charCodeAt(0));
    const pairs = messages
      .filter((_, i) => i % 2 === 0)
      .map((asked, i) => [asked, messages[2 * i + 1]!] as const);
    return pairs.map(([asked, answer], i) => ({
      source: ids(`${i === 0 ? `^${system ?? ''}` : ''}<${asked.content}>`),
      target: ids(`${stripHistoryThoughts ? answer.content.replace('*', '') : answer.content};`),
    }));
  },
} as Template;

interface Case {
  /** Question and answer in turn. */
  readonly turns: string[];
  readonly settings?: Partial<EncodeSettings>;
  readonly efficientEos?: boolean;
  readonly system?: string;
  /** The tokens, and below them the labels, `.` for none; undefined for a row that is dropped. */
  readonly encoded?: [string, string];
  readonly finding?: string;
}

const SETTINGS: EncodeSettings = {
  cutoffLen: 100,
  trainOnPrompt: false,
  maskHistory: false,
  enableThinking: true,
  truncation: 'keep',
};

function encode(cases: readonly Case[], { settings, efficientEos = false }: Case) {
  const samples = cases.map(({ turns, system }, index) => ({
    conversation: {
      messages: turns.map((content, i): Message => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
      ...(system !== undefined && { system }),
    },
    origin: { file: 'rows.json', row: index + 1 },
  }));
  return encodeSamples(samples, { ...template, efficientEos }, tokenizer, { ...SETTINGS, ...settings });
}

const text = (ids: Int32Array) =>
  Array.from(ids, (id) => (id === -100 ? '.' : String.fromCharCode(id))).join('');

/** Encodes the case beside a row that always fits, since a set without any row is an error. */
function check(input: Case): void {
  const { encoded, findings } = encode([input, { turns: ['', 'x'] }], input);
  const row = encoded.find(({ origin }) => origin.row === 1);
  expect(row && [text(row.inputIds), text(row.labels)]).toEqual(input.encoded);
  const found = findings.filter(({ row }) => row === 1).map(({ kind, reason }) => `${kind}: ${reason}`);
  expect(found).toEqual(input.finding ? [input.finding] : []);
}

test('what is trained', () => {
  check({ turns: ['hi', 'yo'], encoded: ['^<hi>yo;', '.....yo;'] });
  check({ turns: ['hi', 'yo'], system: 'S', encoded: ['^S<hi>yo;', '......yo;'] });
  check({ turns: ['a', 'b', 'c', 'd'], encoded: ['^<a>b;<c>d;', '....b;...d;'] });
  check({ turns: ['hi', 'yo'], settings: { trainOnPrompt: true }, encoded: ['^<hi>yo;', '^<hi>yo;'] });
  const maskHistory = { maskHistory: true };
  check({ turns: ['a', '*b', 'c', 'd'], settings: maskHistory, encoded: ['^<a>b;<c>d;', '.........d;'] });
  check({
    turns: ['a', '*b', 'c', 'd'],
    settings: { ...maskHistory, preserveThinking: true },
    encoded: ['^<a>*b;<c>d;', '..........d;'],
  });
  check({ turns: ['a', 'b', 'c', 'd'], efficientEos: true, encoded: ['^<a>b;<c>d;$', '....b;$..d;$'] });
});

test('keep: cut as upstream, and named', () => {
  const turns = ['question', 'answer'];
  check({ turns, settings: { cutoffLen: 18 }, encoded: ['^<question>answer;', '...........answer;'] });
  check({
    turns,
    settings: { cutoffLen: 16 },
    encoded: ['^<questioanswer;', '.........answer;'],
    finding: "cut: cutoff_len 16 cuts 2 tokens: 2 of the prompt's end with the header that starts the answer",
  });
  check({
    turns: ['q', 'long answer'],
    settings: { cutoffLen: 10 },
    encoded: ['^<q>long a', '....long a'],
    finding: "cut: cutoff_len 10 cuts 6 tokens: 6 of the answer's end",
  });
  check({
    turns: ['question', 'long answer', 'more', 'answers'],
    settings: { cutoffLen: 10 },
    encoded: ['^<quelong ', '.....long '],
    finding:
      "cut: cutoff_len 10 cuts 27 tokens: 6 of the prompt's end with the header that starts the answer, 7 of the answer's end, 14 in 1 later turn",
  });
  check({
    turns: ['a', 'b', 'c', 'd'],
    settings: { cutoffLen: 5, maskHistory: true },
    encoded: ['<c>d;', '...d;'],
    finding: 'cut: cutoff_len 5 cuts 6 tokens: 6 in 1 earlier turn',
  });
  check({
    turns: ['hi', 'yo'],
    efficientEos: true,
    settings: { cutoffLen: 8 },
    encoded: ['^<hiyo;$', '....yo;$'],
    finding: "cut: cutoff_len 8 cuts 1 token: 1 of the prompt's end with the header that starts the answer",
  });
  check({
    turns: ['a very long question indeed', ''],
    settings: { cutoffLen: 4 },
    encoded: ['^<a;', '...;'],
    finding:
      "cut: cutoff_len 4 cuts 27 tokens: 27 of the prompt's end with the header that starts the answer",
  });
});

test('a row without anything to learn is dropped, and so is one that would be cut where the user says so', () => {
  const turns = ['a question of far more than ten times the length', 'no'];
  check({
    turns,
    settings: { cutoffLen: 5 },
    finding:
      "dropped: nothing to train is left: cutoff_len 5 cuts 49 tokens: 46 of the prompt's end with the header that starts the answer, 3 of the answer's end",
  });
  check({
    turns,
    settings: { cutoffLen: 53, truncation: 'drop' },
    finding:
      "dropped: cutoff_len 53 cuts 1 token: 1 of the prompt's end with the header that starts the answer",
  });
  expect(() => encode([{ turns }], { turns: [], settings: { cutoffLen: 3, truncation: 'left' } })).toThrow(
    /none of the 1 rows can be trained; the first, rows\.json row 1: the answer and its header do not fit/,
  );
});

test('left: the prompt loses its front, never its header, BOS or the answer', () => {
  const left = (cutoffLen: number, more: Partial<EncodeSettings> = {}) => ({
    cutoffLen,
    truncation: 'left' as const,
    ...more,
  });
  const cuts = (cutoffLen: number, count: number) =>
    `cut: cutoff_len ${cutoffLen} cuts ${count} tokens from the prompt's left`;
  check({ turns: ['hi', 'yo'], settings: left(8), encoded: ['^<hi>yo;', '.....yo;'] });
  check({
    turns: ['question', 'yo'],
    settings: left(8),
    encoded: ['^ion>yo;', '.....yo;'],
    finding: cuts(8, 6),
  });
  check({ turns: ['question', 'yo'], settings: left(5), encoded: ['^>yo;', '..yo;'], finding: cuts(5, 9) });
  check({
    turns: ['question', 'yo'],
    settings: left(4),
    finding: 'dropped: the answer and its header do not fit into cutoff_len 4',
  });
  check({
    turns: ['ab', 'c', 'de', 'f'],
    settings: left(9),
    encoded: ['^c;<de>f;', '.......f;'],
    finding: cuts(9, 4),
  });
  check({
    turns: ['ab', 'c', 'de', 'f'],
    settings: left(10),
    encoded: ['^>c;<de>f;', '..c;....f;'],
    finding: cuts(10, 3),
  });
  check({
    turns: ['ab', 'c', 'de', 'f'],
    settings: left(5),
    encoded: ['^e>f;', '...f;'],
    finding: cuts(5, 8),
  });
  check({
    turns: ['question', 'yo'],
    efficientEos: true,
    settings: left(8),
    encoded: ['^on>yo;$', '....yo;$'],
    finding: cuts(8, 7),
  });
});

test('templates with efficient_eos refuse train_on_prompt, as upstream', () => {
  expect(() =>
    encode([{ turns: ['a', 'b'] }], { turns: [], efficientEos: true, settings: { trainOnPrompt: true } }),
  ).toThrow(/template plain does not support train_on_prompt/);
});

test('progress reaches the number of rows', () => {
  const seen: number[] = [];
  const rows = Array.from({ length: 450 }, () => ({ turns: ['a', 'b'] }));
  encode(rows, { turns: [], settings: { onProgress: ({ done, total }) => seen.push(done, total!) } });
  expect(seen).toEqual([200, 450, 400, 450, 450, 450]);
});
