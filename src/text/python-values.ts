/**
 * JSON as Python reads and writes it, and Python's way to print values: templates of tools were trained on that.
 * Order of keys and the difference of 1 and 1.0 survive, which JSON.parse would lose.
 */

/** A number as Python would print it. */
interface PythonNumber {
  readonly number: string;
}

export type PythonValue =
  | null
  | boolean
  | string
  | PythonNumber
  | readonly PythonValue[]
  | ReadonlyMap<string, PythonValue>;

/** Real tools nest a dozen levels; the limit keeps broken ones from the stack's end. */
const MAX_DEPTH = 200;

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const SPACE = /[ \t\n\r]*/y;
const LITERALS: readonly (readonly [string, PythonValue])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', { number: 'NaN' }],
  ['Infinity', { number: 'Infinity' }],
  ['-Infinity', { number: '-Infinity' }],
];

/** @throws SyntaxError with the position of what is wrong */
export function parseJson(text: string): PythonValue {
  let position = 0;

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(text);
    if (found) position = pattern.lastIndex;
    return found;
  };
  const fail = (wanted: string): never => {
    const found =
      position < text.length ? `found ${JSON.stringify(text.slice(position, position + 12))}` : 'it ends';
    throw new SyntaxError(`${wanted} expected at character ${position + 1}, ${found}`);
  };
  const take = (mark: string): boolean => {
    match(SPACE);
    if (!text.startsWith(mark, position)) return false;
    position += mark.length;
    return true;
  };
  const string = (): string => {
    match(SPACE);
    return JSON.parse(match(STRING)?.[0] ?? fail('a string')) as string;
  };
  const list = (depth: number): PythonValue => {
    const items: PythonValue[] = [];
    if (take(']')) return items;
    do items.push(value(depth));
    while (take(','));
    return take(']') ? items : fail('"," or "]"');
  };
  const object = (depth: number): PythonValue => {
    const entries = new Map<string, PythonValue>();
    if (take('}')) return entries;
    do {
      const key = string();
      if (!take(':')) fail('":"');
      entries.set(key, value(depth));
    } while (take(','));
    return take('}') ? entries : fail('"," or "}"');
  };
  const value = (depth: number): PythonValue => {
    if (depth > MAX_DEPTH) fail(`at most ${MAX_DEPTH} levels`);
    if (take('{')) return object(depth + 1);
    if (take('[')) return list(depth + 1);
    if (text[position] === '"') return string();
    for (const [word, literal] of LITERALS) if (take(word)) return literal;
    const number = match(NUMBER);
    if (!number) return fail('a value');
    const [all, fraction, exponent] = number;
    if (fraction || exponent) return { number: floatText(Number(all)) };
    return { number: all === '-0' ? '0' : all };
  };

  const result = value(0);
  match(SPACE);
  return position === text.length ? result : fail('the end');
}

/** `json.dumps(value, ensure_ascii=False, indent=indent)` */
export function jsonText(value: PythonValue, indent?: number, depth = 0): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (isNumber(value)) return value.number;
  const wrap = (open: string, items: string[], close: string) => {
    if (items.length === 0 || indent === undefined) return open + items.join(', ') + close;
    const line = `\n${' '.repeat(indent * (depth + 1))}`;
    return `${open}${line}${items.join(`,${line}`)}\n${' '.repeat(indent * depth)}${close}`;
  };
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, PythonValue>)];
    return wrap(
      '{',
      entries.map(([key, item]) => `${JSON.stringify(key)}: ${jsonText(item, indent, depth + 1)}`),
      '}',
    );
  }
  return wrap(
    '[',
    (value as readonly PythonValue[]).map((item) => jsonText(item, indent, depth + 1)),
    ']',
  );
}

/** `str(value)` */
export function pythonText(value: PythonValue): string {
  return typeof value === 'string' ? value : repr(value);
}

function repr(value: PythonValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (isNumber(value)) return REPR_OF_NUMBER.get(value.number) ?? value.number;
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, PythonValue>)];
    return `{${entries.map(([key, item]) => `${quoted(key)}: ${repr(item)}`).join(', ')}}`;
  }
  return `[${(value as readonly PythonValue[]).map(repr).join(', ')}]`;
}

const REPR_OF_NUMBER = new Map([
  ['NaN', 'nan'],
  ['Infinity', 'inf'],
  ['-Infinity', '-inf'],
]);

const ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** A string in Python's quotes: single ones, unless only those occur inside. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(
    /[\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu,
    (character) => {
      const code = character.codePointAt(0) ?? 0;
      const hex = code.toString(16);
      const numeric =
        code < 0x100
          ? `x${hex.padStart(2, '0')}`
          : code < 0x10000
            ? `u${hex.padStart(4, '0')}`
            : `U${hex.padStart(8, '0')}`;
      return ESCAPES.get(character) ?? `\\${numeric}`;
    },
  );
  return quote + escaped.replaceAll(quote, `\\${quote}`) + quote;
}

/** `repr(float)`: the shortest digits, an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (Object.is(value, -0)) return '-0.0';
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= 16)) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function isNumber(value: PythonValue): value is PythonNumber {
  return typeof value === 'object' && value !== null && 'number' in value;
}
