/** What is asked of a served model: the request's body, and the same as a command. Knows no page. */
import type { ChatMessage, Server } from '../../../src/studio/wire/index.ts';

export interface ChatSettings {
  readonly temperature: number;
  readonly topP: number;
  /** 0 leaves all tokens in. */
  readonly topK: number;
  readonly repetitionPenalty: number;
  /** By chance when null. */
  readonly seed: number | null;
  readonly maxTokens: number;
  /** `auto` is as the server was started. */
  readonly thinking: 'auto' | 'on' | 'off';
}

export const FIRST_SETTINGS: ChatSettings = {
  temperature: 0,
  topP: 1,
  topK: 0,
  repetitionPenalty: 1,
  seed: null,
  maxTokens: 256,
  thinking: 'auto',
};

export interface Answer {
  readonly model: string;
  readonly text: string;
  readonly thought: string;
  /** All there once it is over. */
  readonly tokens?: number;
  /** Until the first piece, and until the end. */
  readonly firstSeconds?: number;
  readonly seconds?: number;
  readonly error?: Error;
}

export interface Turn {
  readonly asked: string;
  readonly answers: readonly Answer[];
}

interface Prompt {
  readonly system: string;
  readonly past: readonly Turn[];
  readonly asked: string;
}

/** The body as the studio takes it. */
export function chatBody(model: string, prompt: Prompt, settings: ChatSettings) {
  const { temperature, topP, topK, repetitionPenalty, seed, maxTokens, thinking } = settings;
  return {
    model,
    messages: messagesFor(model, prompt),
    temperature,
    top_p: topP,
    top_k: topK,
    repetition_penalty: repetitionPenalty,
    ...(seed !== null && { seed }),
    max_tokens: maxTokens,
    ...(thinking !== 'auto' && { enable_thinking: thinking === 'on' }),
  };
}

/** The same, asked of the server itself; its key is read from the environment. */
export function curlOf(server: Server, body: ReturnType<typeof chatBody>): string {
  const { enable_thinking, ...rest } = body;
  const asked = {
    ...rest,
    ...(enable_thinking !== undefined && { chat_template_kwargs: { enable_thinking } }),
  };
  const key = server.needsKey ? ' -H "authorization: Bearer $TUNESMITH_API_KEY"' : '';
  const json = JSON.stringify(asked).replaceAll("'", `'\\''`);
  return `curl ${server.url}/v1/chat/completions${key} -H 'content-type: application/json' -d '${json}'`;
}

/** A model hears its own answers, not those of the others. */
function messagesFor(model: string, { system, past, asked }: Prompt): ChatMessage[] {
  const turns = past.flatMap((turn): ChatMessage[] => [
    { role: 'user', content: turn.asked },
    { role: 'assistant', content: turn.answers.find((answer) => answer.model === model)?.text ?? '' },
  ]);
  return [
    ...(system.trim() === '' ? [] : [{ role: 'system' as const, content: system }]),
    ...turns,
    { role: 'user', content: asked },
  ];
}
