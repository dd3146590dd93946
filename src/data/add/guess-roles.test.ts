import { expect, test } from 'vitest';
import { guessRoles } from './guess-roles.ts';
import type { ColumnProfile } from './source-table.ts';

/** A column by its name and, where that does not tell, what it holds. */
type Described = string | [name: string, Partial<ColumnProfile>];

const LABEL = { distinct: 8, meanLength: 3 };
const TEXT = { meanLength: 80 };

/** Expects the roles as `role=column …`, doubtful ones with a question mark. */
function check(columns: readonly Described[], expected: string): void {
  const { roles, doubts } = guessRoles(
    columns.map((column): ColumnProfile => {
      const [name, held] = typeof column === 'string' ? [column, {}] : column;
      return { name, kind: 'text', filled: 500, distinct: 490, counted: 500, meanLength: 20, ...held };
    }),
  );
  const shown = Object.entries(roles).map(
    ([role, name]) => `${role}=${name}${doubts.includes(role as never) ? '?' : ''}`,
  );
  expect(shown.sort().join(' ')).toBe(expected.split(' ').sort().join(' '));
}

test('by name, in both languages', () => {
  check(['instruction', 'input', 'output'], 'instruction=instruction input=input output=output');
  check(
    ['instruction', 'input', 'output', 'system', ['history', { kind: 'list' }]],
    'instruction=instruction input=input output=output system=system history=history',
  );
  check(['标题', '标签'], 'instruction=标题 output=标签');
  check(['序号', '新闻标题', '类别'], 'instruction=新闻标题 output=类别');
  check(['问题', '答案'], 'instruction=问题 output=答案');
  check(['id', 'Text', 'Label'], 'instruction=Text output=Label');
  check(['question', 'context', 'answer'], 'instruction=question input=context output=answer');
  check(['Instruction', 'text', 'label'], 'instruction=Instruction input=text output=label');
  check(
    ['prompt', 'completion', 'system_prompt'],
    'instruction=prompt output=completion system=system_prompt',
  );
  check(['input', 'target'], 'instruction=input output=target');
});

test('several that would do are a doubt', () => {
  check(['title', 'content', 'label'], 'instruction=title? output=label');
  check(['question', 'answer', 'label'], 'instruction=question output=answer?');
});

test('by content, where no name tells', () => {
  check(
    [
      ['column_1', LABEL],
      ['column_2', TEXT],
    ],
    'instruction=column_2 output=column_1?',
  );
  check(
    [
      ['column_1', TEXT],
      ['column_2', { kind: 'number', distinct: 2, meanLength: 1 }],
    ],
    'instruction=column_1 output=column_2?',
  );
  check(
    [
      ['x', TEXT],
      ['y', TEXT],
    ],
    'instruction=x? output=y?',
  );
  check([['text', TEXT]], 'instruction=text');
  check([['a', { kind: 'empty' }]], '');
});

test('messages', () => {
  check([['conversations', { kind: 'list' }], 'tools'], 'messages=conversations tools=tools');
  check([['messages', { kind: 'text', meanLength: 300 }], 'system'], 'messages=messages system=system');
  check(['chat', 'answer'], 'instruction=chat output=answer');
});
