import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonFault, lineAndColumn } from './json-fault.ts';

interface Expected {
  /** line:column */
  readonly at: string;
  readonly problem: RegExp;
  readonly remedy: RegExp;
}

function check(text: string, expected: Expected): void {
  const fault = findJsonFault(text);
  expect(fault, text).toBeDefined();
  const { line, column } = lineAndColumn(text, fault!.offset);
  expect(`${line}:${column}`, text).toBe(expected.at);
  expect(fault!.problem.en, text).toMatch(expected.problem);
  expect(fault!.remedy.en, text).toMatch(expected.remedy);
}

test('names what a person wrote wrong, and where', () => {
  check('[\n  {"a": 1},\n  {"a": 2},\n]\n', {
    at: '3:11',
    problem: /trailing comma .*\]/,
    remedy: /on line 3$/,
  });
  check('[{"a": 1,\n\n}]', { at: '1:9', problem: /trailing comma .*\}/, remedy: /on line 1$/ });
  check('[\n{"a": 1}\n{"a": 2}\n]', {
    at: '2:9',
    problem: /comma or \] is missing/,
    remedy: /end of line 2/,
  });
  check('{"a": 1 "b": 2}', { at: '1:8', problem: /comma or \} is missing/, remedy: /line 1/ });
  check('[1,, 2]', { at: '1:4', problem: /value is missing before this comma/, remedy: /remove/ });
  check("[{'a': 1}]", { at: '1:3', problem: /found '/, remedy: /double quotes/ });
  check('[{a: 1}]', { at: '1:3', problem: /key is expected, found a/, remedy: /double quotes/ });
  check('[{"a" 1}]', { at: '1:7', problem: /colon is missing/, remedy: /add the colon/ });
  check('[{"a": }]', { at: '1:8', problem: /value is expected, found \}/, remedy: /add the value/ });
  check('[{"a": yes}]', { at: '1:8', problem: /found yes/, remedy: /double quotes/ });
  check('[{"a": None}]', { at: '1:8', problem: /None is not JSON/, remedy: /write null/ });
  check('[ // rows\n1]', { at: '1:3', problem: /comment/, remedy: /remove/ });
  check('[{"a"：1}]', { at: '1:6', problem: /full-width ：/, remedy: /write :/ });
  check('[{"a": 1}，{"a": 2}]', { at: '1:10', problem: /full-width ，/, remedy: /write ,/ });
  check('[{"a": “x”}]', { at: '1:8', problem: /full-width “/, remedy: /write "/ });
  check('["one\ntwo"]', { at: '1:2', problem: /not closed on its line/, remedy: /\\n/ });
  check('["a\tb"]', { at: '1:4', problem: /control character/, remedy: /\\t/ });
  check('["C:\\data"]', { at: '1:5', problem: /\\d is no escape/, remedy: /\\\\/ });
  check('["say "hi" now"]', { at: '1:8', problem: /string ends before h/, remedy: /\\"/ });
  check('[{"a": 1]]', { at: '1:9', problem: /found \] where \} is due/, remedy: /write \}/ });
  check('[\n{"a": 1},\n{"a"', {
    at: '3:5',
    problem: /ends inside the object .* line 3/,
    remedy: /missing \}/,
  });
  check('[{"a": 1}', { at: '1:10', problem: /ends inside the list .* line 1/, remedy: /missing \]/ });
  check('[1],\n', { at: '1:4', problem: /, stands after the end/, remedy: /remove/ });
  check('{"a": 1}\n{"a": 2}', { at: '2:1', problem: /stands after the end/, remedy: /one list/ });
  check(' \n', { at: '2:1', problem: /holds nothing/, remedy: /fill/ });
  check('[01]', { at: '1:3', problem: /missing here/, remedy: /./ });
});

test('property: agrees with JSON.parse on what is JSON, also after one character is lost or changed', () => {
  const parses = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const damage = fc.record({
    at: fc.nat(),
    put: fc.constantFrom('', ',', '"', '{', ']', '\\', '1', ' ', 'a', '\n'),
  });
  fc.assert(
    fc.property(fc.json(), damage, (json, { at, put }) => {
      expect(findJsonFault(json)).toBeUndefined();
      const cut = at % (json.length + 1);
      const damaged = json.slice(0, cut) + put + json.slice(cut + 1);
      expect(findJsonFault(damaged) === undefined).toBe(parses(damaged));
    }),
    { numRuns: 500 },
  );
});

test('deep nesting does not overflow the stack', () => {
  expect(findJsonFault('['.repeat(200_000))!.problem.en).toMatch(/ends inside the list/);
});
