/**
 * Jinja as chat templates use it: printed as Python prints, and bounded, since a template comes with a model that
 * nobody has looked through. Knows no conversations.
 */
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { strftime } from './calendar.ts';
import { floatText, type PythonValue, pythonText } from './python-values.ts';

/** What is used of the library, whose own types do not resolve under Node's rules. */
interface Evaluating {
  evaluate(statement: unknown, environment: unknown): { readonly value: unknown };
  run(program: unknown): { readonly value: unknown };
}

interface Typed {
  readonly type?: string;
  readonly value: unknown;
}

/** The longest known template has some 50 kB. */
const MAX_TEMPLATE_CHARACTERS = 1_000_000;

/** Qwen3's template takes fifty evaluations a turn, so this is enough for some thousand turns, and takes about a second. */
const MAX_EVALUATIONS = 250_000;

/** Length of a string or list on the way: far above any context, far below what memory holds. */
const MAX_LENGTH = 20_000_000;

/** Names that no template uses, for functions that templates are rewritten to call. */
const PRINTED = '__printed__';
const STRIPPED = '__stripped__';

export type RenderJinja = (variables: Readonly<Record<string, unknown>>, today: Date) => string;

/** Parses once, renders often. Both throw whatever is wrong with the template. */
export function compileJinja(source: string): RenderJinja {
  if (source.length > MAX_TEMPLATE_CHARACTERS) {
    throw new RangeError(`it has ${source.length} characters, more than ${MAX_TEMPLATE_CHARACTERS}`);
  }
  const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  behaveLikePython(program);
  return (variables, today) => {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...globals(today), ...variables }))
      environment.set(name, value);
    setTyped(environment, PRINTED, ([value]) => printed(value));
    setTyped(environment, STRIPPED, ([text, method, characters]) =>
      stripped(printed(text), printed(method), printed(characters)),
    );
    return String(bounded(new Interpreter(environment)).run(program).value);
  };
}

function globals(today: Date): Record<string, unknown> {
  return {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    raise_exception(message: unknown) {
      throw new Error(String(message));
    },
    range,
    strftime_now: (format: string) => strftime(today, format),
  };
}

function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!(count <= MAX_EVALUATIONS)) throw new RangeError(`range(${from}, ${to}, ${step}) is too long`);
  return Array.from({ length: count }, (_, i) => from + i * step);
}

/** Makes the interpreter count what it does. */
function bounded(interpreter: Evaluating): Evaluating {
  const evaluate = interpreter.evaluate.bind(interpreter);
  let evaluations = 0;
  interpreter.evaluate = (statement, environment) => {
    if (++evaluations > MAX_EVALUATIONS) throw new RangeError(`it takes more than ${MAX_EVALUATIONS} steps`);
    const result = evaluate(statement, environment);
    const { value } = result;
    if ((typeof value === 'string' || Array.isArray(value)) && value.length > MAX_LENGTH) {
      throw new RangeError(`it makes a value longer than ${MAX_LENGTH}`);
    }
    return result;
  };
  return interpreter;
}

interface Node {
  type?: string;
  [key: string]: unknown;
}

/** Where a template's output is made: lists of statements, in which an expression is printed. */
const BLOCKS = ['body', 'alternate', 'defaultBlock'];

const NOT_PRINTED = new Set([
  'If',
  'For',
  'Break',
  'Continue',
  'Set',
  'Macro',
  'Comment',
  'CallStatement',
  'FilterStatement',
  'StringLiteral',
]);

/**
 * The library prints true, null and JSON where Python prints True, None and its own notation, and strips white space
 * whatever characters it is told to strip. The program is changed in place to call functions that know better.
 */
function behaveLikePython(node: Node): void {
  for (const key of BLOCKS) {
    const block = node[key];
    if (Array.isArray(block)) {
      node[key] = block.map((statement: Node) =>
        NOT_PRINTED.has(statement.type ?? '') ? statement : call(PRINTED, statement),
      );
    }
  }
  for (const child of Object.values(node)) changeChildren(child);
  if (node.type === 'BinaryExpression' && (node['operator'] as Node)['value'] === '~') {
    node['left'] = call(PRINTED, node['left']);
    node['right'] = call(PRINTED, node['right']);
  }
  if (node.type === 'FilterExpression' && (node['filter'] as Node)['value'] === 'string') {
    Object.assign(node, call(PRINTED, node['operand']));
  }
  const { object, property } = (node['callee'] ?? {}) as { object?: unknown; property?: Node };
  const [characters] = (node['args'] ?? []) as unknown[];
  if (node.type === 'CallExpression' && characters !== undefined && STRIPS.has(String(property?.['value']))) {
    Object.assign(
      node,
      call(STRIPPED, object, { type: 'StringLiteral', value: property?.['value'] }, characters),
    );
  }
}

/** Methods of strings. */
const STRIPS = new Set(['strip', 'lstrip', 'rstrip']);

function changeChildren(child: unknown): void {
  if (child instanceof Map) {
    for (const pair of child) changeChildren(pair);
  } else if (Array.isArray(child)) {
    for (const item of child) changeChildren(item);
  } else if (typeof child === 'object' && child !== null) {
    behaveLikePython(child as Node);
  }
}

const call = (name: string, ...args: unknown[]): Node => ({
  type: 'CallExpression',
  callee: { type: 'Identifier', value: name },
  args,
});

/** The library hands functions bare values, which does not tell None from undefined or 1 from 1.0; this one is told. */
function setTyped(
  environment: Environment,
  name: string,
  compute: (values: readonly Typed[]) => string,
): void {
  const variable = environment.set(name, (text: string) => text) as {
    value: (values: readonly Typed[]) => unknown;
  };
  const toLibrary = variable.value;
  variable.value = (values) => toLibrary([{ value: compute(values) }]);
}

/** What Python's str() makes of a value of the template; an undefined one is empty there too. */
function printed(value: Typed | undefined): string {
  if (value === undefined || value.type === 'UndefinedValue' || typeof value.value === 'function') return '';
  return pythonText(toPython(value));
}

function toPython({ type, value }: Typed): PythonValue {
  if (Array.isArray(value)) return value.map(toPython);
  if (value instanceof Map) {
    return new Map([...(value as Map<string, Typed>)].map(([key, item]) => [key, toPython(item)]));
  }
  if (typeof value === 'number') return { number: type === 'FloatValue' ? floatText(value) : String(value) };
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/** Python's strip, lstrip or rstrip with the characters to take off. */
function stripped(text: string, method: string, characters: string): string {
  const set = new Set(characters);
  let [start, end] = [0, text.length];
  if (method !== 'rstrip') while (start < end && set.has(text.charAt(start))) start++;
  if (method !== 'lstrip') while (end > start && set.has(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
