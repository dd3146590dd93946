/** A teacher: a model behind an OpenAI-style chat that answers prompts, remembers each answer, and counts its cost. */
import { createHash } from 'node:crypto';
import { chatUrl, EndpointClient, type EndpointSettings } from '../evaluate/index.ts';
import { splitThoughts } from '../text/index.ts';
import { AnswerStore } from './answer-store.ts';

export interface TeacherAnswer {
  readonly text: string;
  /** What it thought before, as `reasoning_content` or in think marks; empty where it did not say. */
  readonly thoughts: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Whether it was paid for in an earlier run. */
  readonly isKept: boolean;
}

export interface TeacherPrompt {
  readonly system: string;
  readonly user: string;
}

export interface TeacherOptions {
  readonly endpoint: EndpointSettings;
  /** Where answers are kept. */
  readonly storePath: string;
  readonly temperature: number;
  readonly maxTokens: number;
}

export class Teacher implements Disposable {
  readonly #client: EndpointClient;
  readonly #store: AnswerStore;
  readonly #options: TeacherOptions;

  /** @throws ConfigError when the endpoint's settings cannot be used */
  constructor(options: TeacherOptions) {
    const { apiKey, headers, url, ...rest } = options.endpoint;
    this.#options = options;
    this.#client = new EndpointClient({
      ...rest,
      url: URL.canParse(url) ? chatUrl(new URL(url)).href : url,
      headers: { ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }), ...headers },
    });
    this.#store = new AnswerStore(options.storePath);
  }

  /** @throws EndpointError when it gives no answer, and the signal's reason when that was given */
  async ask({ system, user }: TeacherPrompt, signal: AbortSignal): Promise<TeacherAnswer> {
    const { endpoint, temperature, maxTokens } = this.#options;
    const messages = [
      ...(system === '' ? [] : [{ role: 'system', content: system }]),
      { role: 'user', content: user },
    ];
    const body = {
      model: endpoint.model ?? null,
      messages,
      temperature,
      max_tokens: maxTokens,
      stream: false,
    };
    const key = createHash('sha256')
      .update(JSON.stringify([endpoint.name, body]))
      .digest('hex');
    const kept = this.#store.get(key);
    if (kept !== undefined) return { ...answerIn(kept)!, isKept: true };
    const response = await this.#client.send(body, signal);
    const answer = answerIn(response);
    if (!answer) {
      const shown = this.#client.excerpt(JSON.stringify(response));
      throw this.#client.error({ en: `it holds no answer: ${shown}`, zh: `其中没有回答：${shown}` });
    }
    this.#store.put(key, response);
    return { ...answer, isKept: false };
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}

function answerIn(response: unknown): Omit<TeacherAnswer, 'isKept'> | undefined {
  const { choices, usage } = response as {
    choices?: { message?: { content?: unknown; reasoning_content?: unknown } }[];
    usage?: { prompt_tokens?: number; completion_tokens?: number };
  };
  const message = choices?.[0]?.message;
  if (typeof message?.content !== 'string') return undefined;
  const { thoughts, answer } = splitThoughts(message.content);
  const told = message.reasoning_content;
  return {
    text: answer.trim(),
    thoughts: typeof told === 'string' && told !== '' ? told.trim() : thoughts,
    promptTokens: usage?.prompt_tokens ?? 0,
    completionTokens: usage?.completion_tokens ?? 0,
  };
}
