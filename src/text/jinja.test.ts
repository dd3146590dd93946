import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileJinja } from './jinja.ts';

/** What transformers makes of the same: see scripts/golden/jinja.py. */
interface Golden {
  today: string;
  variables: Record<string, unknown>;
  templates: Record<string, string>;
  snippets: [string, string][];
  chats: { template: string; variables: Record<string, unknown>; text: string | null }[];
}
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/text/jinja.json', import.meta.url), 'utf8'),
) as Golden;
const today = new Date(golden.today);

describe('prints what transformers prints', () => {
  it.each(golden.snippets)('%j', (snippet, expected) => {
    expect(compileJinja(snippet)(golden.variables, today)).toBe(expected);
  });

  it.each(golden.chats.map((chat) => [`${chat.template}: ${JSON.stringify(chat.variables)}`, chat] as const))(
    '%s',
    (_, { template, variables, text }) => {
      const render = () => compileJinja(golden.templates[template]!)(variables, today);
      if (text === null) expect(render).toThrow('System role not supported');
      else expect(render()).toBe(text);
    },
  );
});

describe('stays within bounds', () => {
  it.each<[string, string, RegExp]>([
    ['a long range', '{{ range(1000000000) }}', /too long/],
    ['an endless range', '{{ range(0, 10, 0) }}', /too long/],
    [
      'loops in loops',
      '{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}',
      /more than \d+ steps/,
    ],
    [
      'a text that doubles',
      '{% set ns = namespace(x="x") %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}',
      /longer than/,
    ],
    [
      'a list that doubles',
      '{% set ns = namespace(x=[1]) %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}',
      /longer than/,
    ],
    ['a macro that calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', /./],
    ['a huge template', 'x'.repeat(1_000_001), /1000001 characters/],
    ['a deep template', `{{ ${'('.repeat(100_000)}1`, /./],
  ])('%s', (_, source, message) => {
    expect(() => compileJinja(source)({}, today)).toThrow(message);
  });

  it('runs nothing but Jinja', () => {
    const snippet =
      '{{ "".constructor }}|{{ m.constructor }}|{{ m.__proto__ }}|{{ process }}|{{ globalThis }}|{{ require }}';
    expect(compileJinja(snippet)({ m: { a: 1 } }, today)).toBe('|||||');
  });
});
