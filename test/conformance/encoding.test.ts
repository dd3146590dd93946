/**
 * Templates and encoding together, against what LLaMA-Factory trains: token counts and loss masks. Its tokenizer there
 * gives one token a character and one a mark, so text is compared as text.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { encodeSamples } from '../../src/data/index.ts';
import { getTemplate, type Message, TEMPLATE_NAMES, type Tokenizer } from '../../src/text/index.ts';

interface GoldenCase {
  readonly name: string;
  readonly template: string;
  readonly prompt: Message[];
  readonly response: Message[];
  readonly options: {
    readonly think?: boolean | null;
    readonly system?: string;
    readonly tools?: string;
    readonly mask_history?: boolean;
    readonly preserve?: boolean;
    readonly train_on_prompt?: boolean;
    readonly cutoff_len?: number;
  };
  readonly segments: { readonly loss: boolean; readonly text: string }[];
  readonly n: number;
}

const GOLDEN = new URL('../golden/data/render.json', import.meta.url);
const CASES = JSON.parse(readFileSync(GOLDEN, 'utf8')) as GoldenCase[];
const KNOWN = CASES.filter(({ template }) => TEMPLATE_NAMES.includes(template));

const MARKS = [
  ...['<|im_start|>', '<|im_end|>', '<think>', '</think>'],
  ...['<tool_call>', '</tool_call>', '<tool_response>', '</tool_response>'],
];
const FIRST_MARK = 0x110000;
const PIECES = new RegExp(`${MARKS.map((mark) => mark.replaceAll('|', '\\|')).join('|')}|.`, 'gsu');

const toText = (id: number) => MARKS[id - FIRST_MARK] ?? String.fromCodePoint(id);
const toId = (token: string) =>
  MARKS.includes(token) ? FIRST_MARK + MARKS.indexOf(token) : token.codePointAt(0)!;

const tokenizer: Tokenizer = {
  vocabSize: FIRST_MARK + MARKS.length,
  encode: (text) => (text.match(PIECES) ?? []).map(toId),
  decode: (ids) => ids.map(toText).join(''),
  tokenBytes: (id) => Buffer.from(toText(id)),
  tokenToId: (token) => (MARKS.includes(token) || [...token].length === 1 ? toId(token) : undefined),
  idToToken: toText,
  isSpecial: (id) => id >= FIRST_MARK,
  eosToken: '<|im_end|>',
  eosId: toId('<|im_end|>'),
  endTokens: ['<|im_end|>'],
  files: () => new Map(),
};

function check({ template, prompt, response, options, segments, n }: GoldenCase): void {
  const { system, tools } = options;
  const conversation = { messages: [...prompt, ...response], system, tools };
  const { encoded } = encodeSamples(
    [{ conversation, origin: { file: 'golden', row: 1 } }],
    getTemplate(template, tokenizer),
    tokenizer,
    {
      cutoffLen: options.cutoff_len ?? 2048,
      trainOnPrompt: options.train_on_prompt ?? false,
      maskHistory: options.mask_history ?? false,
      preserveThinking: options.preserve ?? false,
      enableThinking: options.think === undefined ? true : options.think,
      truncation: 'keep',
    },
  );
  const [{ inputIds, labels }] = encoded as [(typeof encoded)[0]];
  expect(inputIds).toHaveLength(n);
  const runs: { loss: boolean; text: string }[] = [];
  for (const [position, id] of inputIds.entries()) {
    const loss = labels[position] !== -100;
    if (loss) expect(labels[position]).toBe(id);
    const last = runs.at(-1);
    if (last?.loss === loss) last.text += toText(id);
    else runs.push({ loss, text: toText(id) });
  }
  expect(runs).toEqual(segments);
}

test('most golden cases are of templates that exist here', () => {
  expect(KNOWN.length).toBeGreaterThanOrEqual(11);
});

test.each(KNOWN)('$template: $name', check);
