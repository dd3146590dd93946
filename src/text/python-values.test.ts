import { describe, expect, it } from 'vitest';
import { floatText, jsonText, parseJson, pythonText } from './python-values.ts';

/** Each row: JSON text, json.dumps(json.loads(text), ensure_ascii=False), str(json.loads(text)); by Python 3.11. */
describe('JSON as Python reads and writes it', () => {
  it.each<[string, string, string]>([
    ['[]', '[]', '[]'],
    [' { } ', '{}', '{}'],
    [
      '{"b":1,"a":[true,false,null],"1":{}}',
      '{"b": 1, "a": [true, false, null], "1": {}}',
      "{'b': 1, 'a': [True, False, None], '1': {}}",
    ],
    ['{"a":1,"b":2,"a":3}', '{"a": 3, "b": 2}', "{'a': 3, 'b': 2}"],
    ['{"__proto__":1}', '{"__proto__": 1}', "{'__proto__': 1}"],
    [
      '[1,-0,1.0,2.50,1e3,1E-7,1e16,123456789012345678901234567890]',
      '[1, 0, 1.0, 2.5, 1000.0, 1e-07, 1e+16, 123456789012345678901234567890]',
      '[1, 0, 1.0, 2.5, 1000.0, 1e-07, 1e+16, 123456789012345678901234567890]',
    ],
    ['[NaN,Infinity,-Infinity,1e999]', '[NaN, Infinity, -Infinity, Infinity]', '[nan, inf, -inf, inf]'],
    ['"\\u4f60\\/\\n\\t\\u0001\\u007f\\u00e9"', '"你/\\n\\t\\u0001\u007fé"', '你/\n\t\u0001\u007fé'],
    [
      '["it\'s","\\"q\\"","\'\\"","a\\\\b\\n\\u0001\\u007f\\u00a0\\u200b😀"]',
      '["it\'s", "\\"q\\"", "\'\\"", "a\\\\b\\n\\u0001\u007f\u00a0\u200b😀"]',
      "[\"it's\", '\"q\"', '\\'\"', 'a\\\\b\\n\\x01\\x7f\\xa0\\u200b😀']",
    ],
  ])('%s', (text, dumped, printed) => {
    expect(jsonText(parseJson(text))).toBe(dumped);
    expect(pythonText(parseJson(text))).toBe(printed);
  });

  it('indents as json.dumps(…, indent=4)', () => {
    const text = '{"a": [1, {"b": []}], "c": {}}';
    expect(jsonText(parseJson(text), 4)).toBe(
      '{\n    "a": [\n        1,\n        {\n            "b": []\n        }\n    ],\n    "c": {}\n}',
    );
  });

  it.each<[number, string]>([
    [0, '0.0'],
    [-0, '-0.0'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e15, '1000000000000000.0'],
    [1e22, '1e+22'],
    [0.1 + 0.2, '0.30000000000000004'],
    [5e-324, '5e-324'],
  ])('writes the float %f', (value, expected) => {
    expect(floatText(value)).toBe(expected);
  });

  it.each<[string, string]>([
    ['', 'a value expected at character 1, it ends'],
    ['{"a" 1}', '":" expected at character 6, found "1}"'],
    ['{"a": 1,}', 'a string expected at character 9, found "}"'],
    ['[1 2]', '"," or "]" expected at character 4, found "2]"'],
    ['[1]x', 'the end expected at character 4, found "x"'],
    ["{'a': 1}", 'a string expected at character 2'],
    ['01', 'the end expected at character 2'],
    ['"a\nb"', 'control character'],
    ['['.repeat(300), 'at most 200 levels expected'],
  ])('says where %j is wrong', (text, message) => {
    expect(() => parseJson(text)).toThrow(message);
  });
});
