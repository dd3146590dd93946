/** Conversations in the words of OpenAI's API: messages with tool calls and their results, and tool descriptions. */
import type { Bilingual } from '../../core/index.ts';
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
  const value = parse(content, { en: 'a function turn', zh: '函数调用轮' });
  return (Array.isArray(value) ? value : [value]).map((call: unknown) => {
    if (!isObject(call) || typeof call['name'] !== 'string') {
      const { en, zh } = describeValue(call);
      throw new UnusableRow({
        en: `a function turn holds ${en} where {"name": …, "arguments": …} is due`,
        zh: `函数调用轮是${zh}，应为 {"name": …, "arguments": …}`,
      });
    }
    const given = call['arguments'] ?? {};
    return { name: call['name'], arguments: typeof given === 'string' ? given : JSON.stringify(given) };
  });
}

function toolsIn(tools: string): unknown[] {
  const list = parse(tools, { en: 'tools', zh: 'tools ' });
  if (!Array.isArray(list)) {
    const { en, zh } = describeValue(list);
    throw new UnusableRow({ en: `tools are ${en}, not a list`, zh: `tools 是${zh}，不是列表` });
  }
  return list.map((tool: unknown) =>
    isObject(tool) && tool['type'] === 'function' && isObject(tool['function'])
      ? tool
      : { type: 'function', function: tool },
  );
}

function parse(text: string, what: Bilingual): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UnusableRow({ en: `${what.en} is no JSON`, zh: `${what.zh}不是 JSON` });
  }
}
