/**
 * Finds where a text stops being JSON and says what a person did there: a trailing comma, a missing one, single
 * quotes, a line break inside a string … Runs only after JSON.parse has failed, whose own messages differ between
 * versions of Node and name no line. Knows nothing of rows or files.
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */

interface JsonFault {
  /** Where to look, in characters from the start. */
  readonly offset: number;
  readonly problem: string;
  readonly remedy: string;
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
    super(fault.problem);
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
        `${this.#shown()} stands after the end of the JSON value`,
        bracket ? 'put all rows into one list, [ … ], with commas between' : 'remove it',
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
        this.#stop(`a colon is missing after the key, found ${this.#shown()}`, 'add the colon');
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
    this.#stop(`a key is expected, found ${this.#shown()}`, 'write "key": value, the key in double quotes');
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
        this.#stop('a string is not closed on its line', 'add the closing " or write a line break as \\n');
      }
      if (char === '\\') {
        if (!this.#skip(ESCAPE)) {
          this.#stop(`${this.#shown(2)} is no escape in JSON`, 'write a backslash as \\\\');
        }
      } else if (char < ' ') {
        this.#stop('a control character stands inside a string', 'write a tab as \\t and remove the others');
      } else {
        this.#at++;
      }
    }
    this.#lastEnd = ++this.#at;
  }

  #noValue(char: string): never {
    this.#foreign(char);
    if (char === ',') this.#stop('a value is missing before this comma', 'remove the comma or add the value');
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0];
    const meant = word === undefined ? undefined : FOREIGN_WORDS[word];
    if (meant) this.#stop(`${word} is not JSON`, `write ${meant}`);
    this.#stop(
      `a value is expected, found ${word ?? this.#shown()}`,
      word ? 'put text into double quotes' : 'remove it or add the value',
    );
  }

  /** What people and other languages write in place of JSON's own signs. */
  #foreign(char: string): void {
    if (char === "'") this.#stop("found '", 'JSON takes double quotes only; write "');
    if (char === '/' || char === '#') this.#stop('found a comment', 'JSON has none; remove it');
    const meant = FULL_WIDTH[char];
    if (meant) this.#stop(`found the full-width ${char}`, `write ${meant}`);
  }

  #missingComma(char: string): never {
    this.#foreign(char);
    const { close } = this.#open.at(-1)!;
    if (char === ']' || char === '}') this.#stop(`found ${char} where ${close} is due`, `write ${close}`);
    if (this.#text[this.#lastEnd - 1] === '"' && this.#at === this.#lastEnd) {
      this.#stop(`a string ends before ${this.#shown()}`, 'write a double quote inside a string as \\"');
    }
    const { line } = lineAndColumn(this.#text, this.#lastEnd);
    this.#at = this.#lastEnd;
    this.#stop(`a comma or ${close} is missing here`, `add it at the end of line ${line}`);
  }

  #trailingComma(close: string): never {
    const { line } = lineAndColumn(this.#text, this.#lastComma);
    this.#at = this.#lastComma;
    this.#stop(`a trailing comma stands before the closing ${close}`, `remove the comma on line ${line}`);
  }

  #endOfText(): never {
    const inner = this.#open.at(-1);
    if (!inner) this.#stop('the file holds nothing', 'fill it');
    const { line } = lineAndColumn(this.#text, inner.offset);
    const kind = inner.close === ']' ? 'list' : 'object';
    this.#stop(
      `the file ends inside the ${kind} that opens on line ${line}`,
      `add the missing ${inner.close}, or fetch the file again if it was cut off`,
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

  #stop(problem: string, remedy: string): never {
    throw new Stop({ offset: this.#at, problem, remedy });
  }
}
