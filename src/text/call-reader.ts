/**
 * Finds the calls of tools in what a model wrote: the other direction of `tool-formats.ts`. Knows no streams; whoever
 * reads an answer as it comes holds back what may become a call, by the marks and beginnings that are told here.
 */
import { jsonText, type PythonValue, parseJson } from './python-values.ts';
import { type Marks, TOOL_CALL_MARKS } from './tool-calls.ts';
import type { ToolFormatName } from './tool-formats.ts';

export interface WrittenCall {
  readonly name: string;
  /** JSON, as the model wrote it. */
  readonly arguments: string;
}

export interface CallReader {
  /** Stand around each call; where there are none, an answer is calls as a whole or not at all. */
  readonly marks?: Marks;
  /** What an answer that is calls begins with; empty where there are marks. */
  readonly beginnings: readonly string[];
  /**
   * @param text what stands between two marks, or a whole answer
   * @returns undefined where it is no call
   */
  read(text: string): WrittenCall[] | undefined;
}

const QWEN: CallReader = {
  marks: TOOL_CALL_MARKS,
  beginnings: [],
  read: (text) => jsonCalls(text, 'arguments'),
};

const LLAMA3: CallReader = {
  beginnings: ['{', '[', '<|python_tag|>'],
  read: (text) => jsonCalls(text.trim().replace(/^<\|python_tag\|>/, ''), 'parameters'),
};

const ACTION = /Action:[ \t]*(\S[^\n]*?)\s*\nAction Input:[ \t]*([\s\S]*?)(?=\s*(?:\nAction:|$))/g;

const DEFAULT: CallReader = {
  beginnings: ['Action:'],
  read(text) {
    const calls = [...text.trim().matchAll(ACTION)].map(([, name = '', input = '']) => ({
      name,
      arguments: input.trim().replace(/^`+|`+$/g, ''),
    }));
    return calls.length > 0 ? calls : undefined;
  },
};

const READERS: Readonly<Record<ToolFormatName, CallReader>> = {
  default: DEFAULT,
  qwen: QWEN,
  llama3: LLAMA3,
};

export function callReader(format: ToolFormatName): CallReader {
  return READERS[format];
}

/** The reader for a model's own Jinja template; undefined where it tells no tools, or in a way not known here. */
export function callReaderOf(source: string): CallReader | undefined {
  if (!/\btools\b/.test(source)) return undefined;
  if (source.includes(TOOL_CALL_MARKS[0])) return QWEN;
  return source.includes('<|start_header_id|>') ? LLAMA3 : undefined;
}

function jsonCalls(text: string, argumentsKey: string): WrittenCall[] | undefined {
  let value: PythonValue;
  try {
    value = parseJson(text);
  } catch {
    return undefined; // Models write broken JSON; the answer then stays text.
  }
  const calls = (Array.isArray(value) ? (value as PythonValue[]) : [value]).map((call) => {
    if (!(call instanceof Map)) return undefined;
    const [name, given] = [call.get('name'), call.get(argumentsKey)] as [PythonValue?, PythonValue?];
    if (typeof name !== 'string' || given === undefined) return undefined;
    return { name, arguments: typeof given === 'string' ? given : jsonText(given) };
  });
  const whole = calls.filter((call) => call !== undefined);
  return whole.length > 0 && whole.length === calls.length ? whole : undefined;
}
