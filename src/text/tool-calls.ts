/** Tools and calls as data sets carry them: JSON, in a function turn maybe behind thoughts or between marks. */
import { DataError, messageOf } from '../core/index.ts';
import { jsonText, type PythonValue, parseJson } from './python-values.ts';

export type Fields = ReadonlyMap<string, PythonValue>;

export interface ToolCall {
  readonly name: PythonValue;
  readonly arguments: PythonValue;
}

export interface FunctionTurn {
  /** Thoughts, or other text around the call. */
  readonly before: string;
  readonly calls: readonly ToolCall[];
}

/** A text's opening and closing mark. */
export type Marks = readonly [string, string];

export const TOOL_CALL_MARKS: Marks = ['<tool_call>', '</tool_call>'];

/** Finds the shortest text between two marks. */
export function between([open, close]: Marks, flags = ''): RegExp {
  return new RegExp(`${escapeRegExp(open)}(.*?)${escapeRegExp(close)}`, `s${flags}`);
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Takes a function turn apart: the first marked call, or else all that is not thoughts, is the JSON of the calls. */
export function parseFunctionTurn(content: string, thoughtMarks: Marks): FunctionTurn {
  const marked = between(TOOL_CALL_MARKS).exec(content);
  if (marked) return { before: content.replaceAll(marked[0], ''), calls: parseCalls(marked[1] ?? '') };
  const [thought = ''] = between(thoughtMarks).exec(content) ?? [];
  return { before: thought, calls: parseCalls(thought ? content.replaceAll(thought, '') : content) };
}

/** @throws DataError when the text is no JSON list of objects */
export function parseTools(text: string): Fields[] {
  const value = parsed(text, 'tools');
  if (!Array.isArray(value))
    throw new DataError(`tools: ${shown(text)} is no list; write a JSON list of tools`);
  return (value as PythonValue[]).map((tool) => {
    if (tool instanceof Map) return tool as Fields;
    throw new DataError(`tools: ${shown(jsonText(tool))} is no tool; write {"name": …, "parameters": …}`);
  });
}

/** One call or a list of calls. @throws DataError when the text is not `{"name": …, "arguments": …}` or a list of such */
export function parseCalls(text: string): ToolCall[] {
  const value = parsed(text, 'function turn');
  const calls = Array.isArray(value) ? (value as PythonValue[]) : [value];
  return calls.map((call) => {
    const fields: Fields = call instanceof Map ? (call as Fields) : new Map();
    const [name, given] = [fields.get('name'), fields.get('arguments')];
    if (name !== undefined && given !== undefined) return { name, arguments: given };
    throw new DataError(`function turn: ${shown(text)} is no call; write {"name": …, "arguments": {…}}`);
  });
}

function parsed(text: string, where: string): PythonValue {
  try {
    return parseJson(text);
  } catch (error) {
    throw new DataError(`${where}: ${shown(text)} is no JSON (${messageOf(error)}); correct it`, error);
  }
}

/** A text for a message, not longer than a line. */
export const shown = (text: string): string => (text.length > 120 ? `${text.slice(0, 120)}…` : text);
