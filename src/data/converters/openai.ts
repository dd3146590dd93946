/**
 * openai: messages as that API takes them. Tool calls become a function turn, neighbouring tool messages one
 * observation, and the system text says that detailed thinking is off, as upstream has it.
 */
import type { DatasetEntry } from '../dataset-info.ts';
import { pythonJson } from '../python-json.ts';
import { isObject, type RowValues, toolsIn } from '../row-values.ts';
import type { ConvertedRow } from './converter.ts';
import { messagesIn, splitSystem, splitTurns, type Turn, turnOf } from './turns.ts';

/** Stands between the results of several calls, which are one turn. */
export const BETWEEN_OBSERVATIONS = '\n</tool_response>\n<tool_response>\n';
const THINKING_OFF = 'detailed thinking off';
const THINKING_MARK = /detailed thinking (?:on|off)/;

export function convertOpenai(values: RowValues, entry: DatasetEntry): ConvertedRow {
  const messages = messagesIn(values, entry).map((message) => withToolCalls(message, turnOf(message, entry)));
  const { system, turns } = splitSystem(messages, values, entry);
  const joined = joinObservations(turns);
  const unanswered = joined.at(-1)?.role === 'observation' && !entry.ranking;
  const tools = toolsIn(values, entry.columns.tools);
  return {
    ...splitTurns(unanswered ? joined.slice(0, -1) : joined, values, entry),
    system: withThinkingMark(system, tools),
    tools,
    ...(unanswered && {
      leftOut: { en: 'the last tool message, which nothing answers', zh: '最后一条没有回应的工具消息' },
    }),
  };
}

function withToolCalls(message: RowValues, turn: Turn): Turn {
  const calls = message['tool_calls'];
  if (
    (turn.role !== 'assistant' && turn.role !== 'function') ||
    !Array.isArray(calls) ||
    calls.length === 0
  ) {
    return turn;
  }
  const functions = calls.map((call: unknown) => (isObject(call) ? call['function'] : null));
  return { role: 'function', content: pythonJson(functions) };
}

function joinObservations(turns: readonly Turn[]): Turn[] {
  const joined: Turn[] = [];
  for (const turn of turns) {
    const last = joined.at(-1);
    if (turn.role === 'observation' && last?.role === 'observation') {
      joined[joined.length - 1] = { ...last, content: last.content + BETWEEN_OBSERVATIONS + turn.content };
    } else {
      joined.push(turn);
    }
  }
  return joined;
}

function withThinkingMark(system: string, tools: string): string {
  if (system === '') return tools === '' ? THINKING_OFF : '';
  if (tools !== '') return `${system}\n`;
  return THINKING_MARK.test(system) ? system : `${system}\n${THINKING_OFF}`;
}
