/** How a conversation is written in each format that others read: one function each, and what it cannot hold. */
import type { Conversation, Role } from '../../text/index.ts';
import { UnusableRow } from '../row-values.ts';
import { openaiBody } from './openai-messages.ts';

export const EXPORT_FORMATS = ['alpaca', 'sharegpt', 'openai', 'csv', 'parquet', 'openai-batch'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What a format needs to know of a row beside its conversation. */
export interface ExportContext {
  /** 1-based, over the whole data set. */
  readonly number: number;
  /** openai-batch: who is asked. */
  readonly model: string | undefined;
}

/** @throws UnusableRow when the format cannot hold the conversation */
export type ExportRow = (
  conversation: Conversation,
  context: ExportContext,
) => Readonly<Record<string, unknown>>;

const SHAREGPT_ROLES: Readonly<Record<Role, string>> = {
  user: 'human',
  assistant: 'gpt',
  observation: 'observation',
  function: 'function_call',
};

export const EXPORTS: Readonly<Record<ExportFormat, ExportRow>> = {
  alpaca: alpacaRow,
  sharegpt: ({ messages, system, tools }) => ({
    conversations: messages.map(({ role, content }) => ({ from: SHAREGPT_ROLES[role], value: content })),
    ...(system && { system }),
    ...(tools && { tools }),
  }),
  openai: (conversation) => ({ ...openaiBody(conversation) }),
  csv: flatRow,
  parquet: flatRow,
  'openai-batch': (conversation, { number, model }) => ({
    custom_id: `row-${number}`,
    method: 'POST',
    url: '/v1/chat/completions',
    // Without the answer, which is what the batch is to give.
    body: { model, ...openaiBody({ ...conversation, messages: conversation.messages.slice(0, -1) }) },
  }),
};

/** Texts only. */
function flatRow(conversation: Conversation): ReturnType<ExportRow> {
  const { instruction, output, system, history } = alpacaRow(conversation);
  return {
    instruction,
    output,
    ...(system !== undefined && { system }),
    ...(history !== undefined && { history: JSON.stringify(history) }),
  };
}

function alpacaRow({ messages, system, tools }: Conversation): ReturnType<ExportRow> {
  if (tools) throw new UnusableRow({ en: 'it has tools', zh: '它含有工具' });
  const other = messages.find(({ role }) => role === 'observation' || role === 'function');
  if (other) {
    throw new UnusableRow({ en: `it has a turn of ${other.role}`, zh: `它含有 ${other.role} 轮次` });
  }
  const turns = messages.map(({ content }) => content);
  const history = Array.from({ length: turns.length / 2 - 1 }, (_, i) => [turns[2 * i], turns[2 * i + 1]]);
  return {
    instruction: turns.at(-2),
    input: '',
    output: turns.at(-1),
    ...(system && { system }),
    ...(history.length > 0 && { history }),
  };
}
