/**
 * How tools are told to a model, and how its calls are written: one entry a format, by LLaMA-Factory's names.
 * Only writes; reading calls out of an answer is no part of training.
 */
import { DataError } from '../core/index.ts';
import { strftime } from './calendar.ts';
import { jsonText, type PythonValue, pythonText } from './python-values.ts';
import { type Fields, shown, type ToolCall } from './tool-calls.ts';

export interface ToolFormat {
  /** The text that is added to the system text. */
  describe(tools: readonly Fields[], today: Date): string;
  /** The text of an answer that calls. */
  write(calls: readonly ToolCall[]): string;
}

export type ToolFormatName = 'default' | 'qwen' | 'llama3';

const DEFAULT: ToolFormat = {
  describe(tools) {
    const names = tools.map((tool) => pythonText(needed(unwrapped(tool), 'name'))).join(', ');
    return (
      `You have access to the following tools:\n${tools.map((tool) => inWords(unwrapped(tool))).join('')}` +
      'Use the following format if using a tool:\n```\n' +
      `Action: tool name (one of [${names}])\n` +
      'Action Input: the input to the tool, in a JSON format representing the kwargs ' +
      '(e.g. ```{"input": "hello world", "num_beams": 5}```)\n```\n'
    );
  },
  write: (calls) =>
    calls
      .map((call) => `Action: ${pythonText(call.name)}\nAction Input: ${jsonText(call.arguments)}`)
      .join('\n'),
};

const QWEN: ToolFormat = {
  describe: (tools) =>
    '\n\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\n' +
    'You are provided with function signatures within <tools></tools> XML tags:\n<tools>' +
    tools.map((tool) => `\n${jsonText(wrapped(tool))}`).join('') +
    '\n</tools>\n\nFor each function call, return a json object with function name and arguments within ' +
    '<tool_call></tool_call> XML tags:\n<tool_call>\n{"name": <function-name>, ' +
    '"arguments": <args-json-object>}\n</tool_call>',
  write: (calls) =>
    calls.map((call) => `<tool_call>\n${jsonText(asObject(call, 'arguments'))}\n</tool_call>`).join('\n'),
};

/** JSON based calls of Llama 3.1 and later, with tools in the system text. */
const LLAMA3: ToolFormat = {
  describe: (tools, today) =>
    `Cutting Knowledge Date: December 2023\nToday Date: ${strftime(today, '%d %b %Y')}\n\n` +
    'You have access to the following functions. To call a function, please respond with JSON for a function call. ' +
    'Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}. ' +
    `Do not use variables.\n\n${tools.map((tool) => `${jsonText(wrapped(tool), 4)}\n\n`).join('')}`,
  write(calls) {
    const objects = calls.map((call) => asObject(call, 'parameters'));
    return jsonText(objects.length === 1 && objects[0] ? objects[0] : objects);
  },
};

const TOOL_FORMATS: Readonly<Record<ToolFormatName, ToolFormat>> = {
  default: DEFAULT,
  qwen: QWEN,
  llama3: LLAMA3,
};

export function toolFormat(name: ToolFormatName): ToolFormat {
  return TOOL_FORMATS[name];
}

/** A tool as `{"type": "function", "function": tool}`. */
function wrapped(tool: Fields): Fields {
  if (tool.get('type') === 'function') return tool;
  return new Map<string, PythonValue>([
    ['type', 'function'],
    ['function', tool],
  ]);
}

function unwrapped(tool: Fields): Fields {
  if (tool.get('type') !== 'function') return tool;
  const inner = tool.get('function');
  if (inner instanceof Map) return inner as Fields;
  throw new DataError(`tools: ${shown(jsonText(tool))} has no "function"; add it`);
}

function needed(fields: Fields, key: string): PythonValue {
  const value = fields.get(key);
  if (value !== undefined) return value;
  throw new DataError(`tools: ${shown(jsonText(fields))} has no ${JSON.stringify(key)}; add it`);
}

function asObject(call: ToolCall, argumentsKey: string): Fields {
  return new Map<string, PythonValue>([
    ['name', call.name],
    [argumentsKey, call.arguments],
  ]);
}

function neededFields(fields: Fields, key: string): Fields {
  const value = needed(fields, key);
  if (value instanceof Map) return value as Fields;
  throw new DataError(`tools: ${JSON.stringify(key)} is ${shown(jsonText(value))}; write an object`);
}

/** One tool with its arguments in words. */
function inWords(tool: Fields): string {
  const parameters = neededFields(tool, 'parameters');
  const required = parameters.get('required') ?? [];
  const lines: string[] = [];
  for (const [name, value] of neededFields(parameters, 'properties')) {
    const property: Fields = value instanceof Map ? (value as Fields) : new Map();
    const must = Array.isArray(required) && required.includes(name) ? ', required' : '';
    lines.push(
      `  - ${name} (${textOf(property, 'type')}${must}): ${textOf(property, 'description')}${limits(property)}\n`,
    );
  }
  const [name, description] = [pythonText(needed(tool, 'name')), textOf(tool, 'description')];
  return `> Tool Name: ${name}\nTool Description: ${description}\nTool Args:\n${lines.join('')}\n`;
}

function limits(property: Fields): string {
  const [choices, items] = [property.get('enum'), property.get('items')];
  let text = '';
  if (Array.isArray(choices) && choices.length > 0) {
    text += `, should be one of [${(choices as PythonValue[]).map(pythonText).join(', ')}]`;
  }
  if (items instanceof Map && items.size > 0)
    text += `, where each item should be ${textOf(items as Fields, 'type')}`;
  return text;
}

function textOf(fields: Fields, key: string): string {
  const value = fields.get(key);
  return value === undefined ? '' : pythonText(value);
}
