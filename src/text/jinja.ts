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

/** The longest known template has some 50 kB. */
const MAX_TEMPLATE_CHARACTERS = 1_000_000;

/** A turn takes about a hundred evaluations, so this is enough for ten thousand turns and takes a second or two. */
const MAX_EVALUATIONS = 2_000_000;

/** Length of a string or list on the way: far above any context, far below what memory holds. */
const MAX_LENGTH = 20_000_000;

/** A name that no template uses. */
const PRINTED = '__printed__';

export type RenderJinja = (variables: Readonly<Record<string, unknown>>, today: Date) => string;

/** Parses once, renders often. Both throw whatever is wrong with the template. */
export function compileJinja(source: string): RenderJinja {
  if (source.length > MAX_TEMPLATE_CHARACTERS) {
    throw new RangeError(`it has ${source.length} characters, more than ${MAX_TEMPLATE_CHARACTERS}`);
  }
  const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  printLikePython(program);
  return (variables, today) => {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...globals(today), ...variables }))
      environment.set(name, value);
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
    [PRINTED]: printed,
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

/** The library prints true, null and JSON where Python prints True, None and its own notation. */
function printLikePython(node: Node): void {
  for (const key of BLOCKS) {
    const block = node[key];
    if (Array.isArray(block)) {
      node[key] = block.map((statement: Node) =>
        NOT_PRINTED.has(statement.type ?? '') ? statement : printing(statement),
      );
    }
  }
  if (node.type === 'BinaryExpression' && (node['operator'] as Node)['value'] === '~') {
    node['left'] = printing(node['left']);
    node['right'] = printing(node['right']);
  }
  for (const child of Object.values(node)) printChildren(child);
}

function printChildren(child: unknown): void {
  if (child instanceof Map) {
    for (const pair of child) printChildren(pair);
  } else if (Array.isArray(child)) {
    for (const item of child) printChildren(item);
  } else if (typeof child === 'object' && child !== null) {
    printLikePython(child as Node);
  }
}

const printing = (expression: unknown): Node => ({
  type: 'CallExpression',
  callee: { type: 'Identifier', value: PRINTED },
  args: [expression],
});

/** What Python's str() makes of a value of the template; an undefined one is empty there too. */
function printed(value: unknown): string {
  if (value === undefined || typeof value === 'function') return '';
  return pythonText(toPython({ value }));
}

/** The library's values carry their type beside them, except the one that a function is called with. */
function toPython({ type, value }: { readonly type?: string; readonly value: unknown }): PythonValue {
  if (Array.isArray(value)) return value.map(toPython);
  if (value instanceof Map) {
    return new Map(
      [...(value as Map<string, { value: unknown }>)].map(([key, item]) => [key, toPython(item)]),
    );
  }
  if (typeof value === 'number') {
    return { number: type === 'FloatValue' || !Number.isInteger(value) ? floatText(value) : String(value) };
  }
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
