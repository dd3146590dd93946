/** Conversations in the words of OpenAI's API: messages with tool calls and their results, and tool descriptions. */
import type { Conversation } from '../../text/index.ts';
import { BETWEEN_OBSERVATIONS } from '../converters/index.ts';
import { describeValue, isObject, UnusableRow } from '../row-values.ts';

export interface OpenaiBody {
  readonly messages: readonly object[];
  readonly tools?: readonly unknown[];
}

/** @throws UnusableRow when a call or the tools are no JSON of the form that the API takes */
export function openaiBody({ messages, system, tools }: Conversation): OpenaiBody {
  const written: object[] = system ? [{ role: 'system', content: system }] : [];
  let calls = 0;
  let open: string[] = [];
  for (const { role, content } of messages) {
    if (role === 'function') {
      const toolCalls = callsIn(content).map((call) => ({
        id: `call_${++calls}`,
        type: 'function',
        function: call,
      }));
      open = toolCalls.map(({ id }) => id);
      written.push({ role: 'assistant', content: null, tool_calls: toolCalls });
    } else if (role === 'observation') {
      // Several results were joined when they were read.
      const results = open.length > 1 ? content.split(BETWEEN_OBSERVATIONS) : [content];
      for (const [index, result] of results.entries()) {
        written.push({ role: 'tool', tool_call_id: open[index] ?? `call_${calls}`, content: result });
      }
    } else {
      written.push({ role, content });
    }
  }
  return tools ? { messages: written, tools: toolsIn(tools) } : { messages: written };
}

/** One call or several; the API takes their arguments as JSON text. */
function callsIn(content: string): { name: unknown; arguments: string }[] {
  const value = parse(content, 'a function turn');
  return (Array.isArray(value) ? value : [value]).map((call: unknown) => {
    if (!isObject(call) || typeof call['name'] !== 'string') {
      throw new UnusableRow(
        `a function turn holds ${describeValue(call)} where {"name": …, "arguments": …} is due`,
      );
    }
    const given = call['arguments'] ?? {};
    return { name: call['name'], arguments: typeof given === 'string' ? given : JSON.stringify(given) };
  });
}

function toolsIn(tools: string): unknown[] {
  const list = parse(tools, 'tools');
  if (!Array.isArray(list)) throw new UnusableRow(`tools are ${describeValue(list)}, not a list`);
  return list.map((tool: unknown) =>
    isObject(tool) && tool['type'] === 'function' && isObject(tool['function'])
      ? tool
      : { type: 'function', function: tool },
  );
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UnusableRow(`${what} is no JSON`);
  }
}
