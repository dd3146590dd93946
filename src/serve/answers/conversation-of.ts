/**
 * Messages of the API become a conversation as templates take it, in the way in which data sets of such messages are
 * read: so what was trained is what is asked.
 */
import type { Conversation, Message, Role } from '../../text/index.ts';
import { badRequest } from '../http/api-error.ts';
import type { Tool } from '../wire/chat.ts';
import { type ChatMessage, textOf } from '../wire/messages.ts';

/** Stands between neighbouring turns of one side; results of tools stand in marks of their own. */
const BETWEEN_TEXTS = '\n\n';
const BETWEEN_OBSERVATIONS = '\n</tool_response>\n<tool_response>\n';

/** @throws ApiError when the turns do not begin with the user's or end with an answer */
export function conversationOf(
  messages: readonly ChatMessage[],
  tools: readonly Tool[] = [],
  where = 'messages',
): Conversation {
  const system = messages.filter(isSystem).map(({ content }) => textOf(content));
  const turns = joined(messages.filter((message) => !isSystem(message)).map(turnOf));
  const [first] = turns;
  if (first === undefined || !isAsking(first.role)) {
    throw badRequest(`${where}: has to begin with a message of user (after those of system)`, {
      param: where,
    });
  }
  if (!isAsking(turns.at(-1)!.role)) {
    throw badRequest(`${where}: ends with an answer already; end with a message of user or tool`, {
      param: where,
    });
  }
  return {
    messages: turns,
    ...(system.length > 0 && { system: system.join(BETWEEN_TEXTS) }),
    ...(tools.length > 0 && { tools: JSON.stringify(tools.map(described)) }),
  };
}

type SystemMessage = Extract<ChatMessage, { role: 'system' | 'developer' }>;

function isSystem(message: ChatMessage): message is SystemMessage {
  return message.role === 'system' || message.role === 'developer';
}

const isAsking = (role: Role): boolean => role === 'user' || role === 'observation';

function turnOf(message: ChatMessage): Message {
  const content = textOf(message.content);
  if (message.role === 'tool') return { role: 'observation', content };
  if (message.role !== 'assistant') return { role: 'user', content };
  const calls = message.tool_calls?.map(({ function: call }) => call) ?? [];
  if (calls.length === 0) return { role: 'assistant', content };
  // Arguments go in as the JSON that they are, so that order and numbers stay as the model wrote them.
  const written = calls.map(
    ({ name, arguments: json }) => `{"name": ${JSON.stringify(name)}, "arguments": ${json.trim() || '{}'}}`,
  );
  return { role: 'function', content: `[${written.join(', ')}]` };
}

function joined(turns: readonly Message[]): Message[] {
  const result: Message[] = [];
  for (const turn of turns) {
    const last = result.at(-1);
    if (!last || isAsking(last.role) !== isAsking(turn.role)) result.push(turn);
    else result[result.length - 1] = join(last, turn);
  }
  return result;
}

function join(last: Message, next: Message): Message {
  const between = last.role === 'observation' ? BETWEEN_OBSERVATIONS : BETWEEN_TEXTS;
  if (last.role === next.role && last.role !== 'function') {
    return { role: last.role, content: last.content + between + next.content };
  }
  throw badRequest(
    `messages: a message of ${wordOf(next.role)} follows one of ${wordOf(last.role)}; put the other side's turn between them`,
    { param: 'messages' },
  );
}

function wordOf(role: Role): string {
  return role === 'observation' ? 'tool' : role === 'function' ? 'assistant with tool_calls' : role;
}

/** Formats that tell tools in words ask for the list of parameters, be it empty. */
function described({ function: { name, description = '', parameters = {} } }: Tool): unknown {
  const { type = 'object', properties = {}, ...rest } = parameters;
  return { type: 'function', function: { name, description, parameters: { type, properties, ...rest } } };
}
