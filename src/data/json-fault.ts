/**
 * Finds where a text stops being JSON and says what a person did there: a trailing comma, a missing one, single
 * quotes, a line break inside a string … Runs only after JSON.parse has failed, whose own messages differ between
 * versions of Node and name no line. Knows nothing of rows or files.
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */

import type { Bilingual } from '../core/index.ts';

interface JsonFault {
  /** Where to look, in characters from the start. */
  readonly offset: number;
  readonly problem: Bilingual;
  readonly remedy: Bilingual;
}

/** The line (1-based) and column (1-based, in characters) of an offset. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', start)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

/** The first fault of a text, or undefined when it is JSON. */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    new Scanner(text).document();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Stop) return thrown.fault;
    throw thrown;
  }
}

const LITERAL = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[\p{L}\p{N}_.+-]+/uy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const FOREIGN_WORDS: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };
const FULL_WIDTH: Readonly<Record<string, string>> = {
  '，': ',',
  '：': ':',
  '“': '"',
  '”': '"',
  '［': '[',
  '］': ']',
  '｛': '{',
  '｝': '}',
};

type Expected =
  | 'value'
  | 'value or close'
  | 'value after comma'
  | 'key or close'
  | 'key after comma'
  | 'colon'
  | 'comma or close';

/** Carries the fault out of the walk. */
class Stop extends Error {
  readonly fault: JsonFault;

  constructor(fault: JsonFault) {
    super(fault.problem.en);
    this.fault = fault;
  }
}

/** A walk without recursion, so that deep nesting cannot overflow the stack. */
class Scanner {
  readonly #text: string;
  readonly #open: { readonly close: ']' | '}'; readonly offset: number }[] = [];
  #at = 0;
  #lastComma = 0;
  #lastEnd = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    let expected: Expected = 'value';
    do {
      this.#skipSpace();
      expected = this.#token(expected);
    } while (this.#open.length > 0);
    this.#skipSpace();
    if (this.#at < this.#text.length) {
      const bracket = '[{'.includes(this.#text[this.#at]!);
      this.#stop(
        {
          en: `${this.#shown()} stands after the end of the JSON value`,
          zh: `JSON 结束后还有 ${this.#shown()}`,
        },
        bracket
          ? {
              en: 'put all rows into one list, [ … ], with commas between',
              zh: '请把所有行放进一个列表 [ … ]，用逗号分隔',
            }
          : { en: 'remove it', zh: '请删去' },
      );
    }
  }

  #token(expected: Expected): Expected {
    const char = this.#text[this.#at];
    const inner = this.#open.at(-1);
    if (char === undefined) this.#endOfText();
    if (expected === 'comma or close') {
      if (char === ',') {
        this.#lastComma = this.#at++;
        return inner!.close === '}' ? 'key after comma' : 'value after comma';
      }
      return char === inner!.close ? this.#closed() : this.#missingComma(char);
    }
    if (expected === 'colon') {
      if (char !== ':') {
        this.#foreign(char);
        this.#stop(
          {
            en: `a colon is missing after the key, found ${this.#shown()}`,
            zh: `键后缺少冒号，却是 ${this.#shown()}`,
          },
          { en: 'add the colon', zh: '请加上冒号' },
        );
      }
      this.#at++;
      return 'value';
    }
    if (char === inner?.close) {
      if (expected.endsWith('or close')) return this.#closed();
      if (expected.endsWith('after comma')) this.#trailingComma(char);
    }
    return expected.startsWith('key') ? this.#key(char) : this.#value(char);
  }

  #key(char: string): Expected {
    if (char === '"') {
      this.#string();
      return 'colon';
    }
    this.#foreign(char);
    this.#stop(
      { en: `a key is expected, found ${this.#shown()}`, zh: `此处应为键，却是 ${this.#shown()}` },
      { en: 'write "key": value, the key in double quotes', zh: '请写成 "键": 值，键用双引号' },
    );
  }

  #value(char: string): Expected {
    if (char === '[' || char === '{') {
      this.#open.push({ close: char === '[' ? ']' : '}', offset: this.#at++ });
      return char === '[' ? 'value or close' : 'key or close';
    }
    if (char === '"') this.#string();
    else if (!this.#skip(LITERAL) && !this.#skip(NUMBER)) this.#noValue(char);
    this.#lastEnd = this.#at;
    return 'comma or close';
  }

  #closed(): Expected {
    this.#open.pop();
    this.#lastEnd = ++this.#at;
    return 'comma or close';
  }

  #string(): void {
    const start = this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === '"') break;
      if (char === undefined || char === '\n' || char === '\r') {
        this.#at = start;
        this.#stop(
          { en: 'a string is not closed on its line', zh: '字符串没有在本行结束' },
          { en: 'add the closing " or write a line break as \\n', zh: '请补上 "，或把换行写成 \\n' },
        );
      }
      if (char === '\\') {
        if (!this.#skip(ESCAPE)) {
          this.#stop(
            { en: `${this.#shown(2)} is no escape in JSON`, zh: `${this.#shown(2)} 不是 JSON 的转义` },
            { en: 'write a backslash as \\\\', zh: '反斜杠请写成 \\\\' },
          );
        }
      } else if (char < ' ') {
        this.#stop(
          { en: 'a control character stands inside a string', zh: '字符串中有控制字符' },
          { en: 'write a tab as \\t and remove the others', zh: '制表符请写成 \\t，其余请删去' },
        );
      } else {
        this.#at++;
      }
    }
    this.#lastEnd = ++this.#at;
  }

  #noValue(char: string): never {
    this.#foreign(char);
    if (char === ',')
      this.#stop(
        { en: 'a value is missing before this comma', zh: '这个逗号前缺少值' },
        { en: 'remove the comma or add the value', zh: '请删去逗号，或补上值' },
      );
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0];
    const meant = word === undefined ? undefined : FOREIGN_WORDS[word];
    if (meant)
      this.#stop(
        { en: `${word} is not JSON`, zh: `${word} 不是 JSON` },
        { en: `write ${meant}`, zh: `请写 ${meant}` },
      );
    this.#stop(
      {
        en: `a value is expected, found ${word ?? this.#shown()}`,
        zh: `此处应为值，却是 ${word ?? this.#shown()}`,
      },
      word
        ? { en: 'put text into double quotes', zh: '文本请用双引号括起' }
        : { en: 'remove it or add the value', zh: '请删去，或补上值' },
    );
  }

  /** What people and other languages write in place of JSON's own signs. */
  #foreign(char: string): void {
    if (char === "'")
      this.#stop(
        { en: "found '", zh: "出现了 '" },
        { en: 'JSON takes double quotes only; write "', zh: 'JSON 只用双引号；请写 "' },
      );
    if (char === '/' || char === '#')
      this.#stop(
        { en: 'found a comment', zh: '出现了注释' },
        { en: 'JSON has none; remove it', zh: 'JSON 没有注释；请删去' },
      );
    const meant = FULL_WIDTH[char];
    if (meant)
      this.#stop(
        { en: `found the full-width ${char}`, zh: `出现了全角的 ${char}` },
        { en: `write ${meant}`, zh: `请写 ${meant}` },
      );
  }

  #missingComma(char: string): never {
    this.#foreign(char);
    const { close } = this.#open.at(-1)!;
    if (char === ']' || char === '}')
      this.#stop(
        { en: `found ${char} where ${close} is due`, zh: `出现了 ${char}，应为 ${close}` },
        { en: `write ${close}`, zh: `请写 ${close}` },
      );
    if (this.#text[this.#lastEnd - 1] === '"' && this.#at === this.#lastEnd) {
      this.#stop(
        { en: `a string ends before ${this.#shown()}`, zh: `字符串在 ${this.#shown()} 之前就结束了` },
        { en: 'write a double quote inside a string as \\"', zh: '字符串中的双引号请写成 \\"' },
      );
    }
    const { line } = lineAndColumn(this.#text, this.#lastEnd);
    this.#at = this.#lastEnd;
    this.#stop(
      { en: `a comma or ${close} is missing here`, zh: `此处缺少逗号或 ${close}` },
      { en: `add it at the end of line ${line}`, zh: `请加在第 ${line} 行末尾` },
    );
  }

  #trailingComma(close: string): never {
    const { line } = lineAndColumn(this.#text, this.#lastComma);
    this.#at = this.#lastComma;
    this.#stop(
      { en: `a trailing comma stands before the closing ${close}`, zh: `结尾的 ${close} 之前多了一个逗号` },
      { en: `remove the comma on line ${line}`, zh: `请删去第 ${line} 行的逗号` },
    );
  }

  #endOfText(): never {
    const inner = this.#open.at(-1);
    if (!inner)
      this.#stop({ en: 'the file holds nothing', zh: '文件为空' }, { en: 'fill it', zh: '请写入内容' });
    const { line } = lineAndColumn(this.#text, inner.offset);
    const kind = inner.close === ']' ? 'list' : 'object';
    this.#stop(
      {
        en: `the file ends inside the ${kind} that opens on line ${line}`,
        zh: `文件在第 ${line} 行开始的${inner.close === ']' ? '列表' : '对象'}中就结束了`,
      },
      {
        en: `add the missing ${inner.close}, or fetch the file again if it was cut off`,
        zh: `请补上 ${inner.close}；若文件不完整，请重新下载`,
      },
    );
  }

  #skipSpace(): void {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  /** Moves over what the sticky pattern matches here. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #shown(length = 1): string {
    return this.#text.slice(this.#at, this.#at + length);
  }

  #stop(problem: Bilingual, remedy: Bilingual): never {
    throw new Stop({ offset: this.#at, problem, remedy });
  }
}
