/** A conversation with a model: streams answers, and keeps what it has read so that a next turn costs only itself. */
import type { RunConfig } from '../config/index.ts';
import { ConfigError } from '../core/index.ts';
import { stopIds } from '../evaluate/index.ts';
import { generate, Session } from '../infer/index.ts';
import { type Conversation, createStreamDecoder } from '../text/index.ts';
import type { ChatSettings } from './chat-settings.ts';
import { type OpenModel, type OpenOptions, openModel } from './open-model.ts';

/** Tokens that a conversation may have, where the model would take more: the cache has to fit into memory. */
const MAX_CONTEXT = 8192;

export interface AnswerStatistics {
  readonly tokens: number;
  readonly tokensPerSecond: number;
}

export class Chat implements Disposable {
  readonly #open: OpenModel;
  readonly #session: Session;
  /** Tokens whose keys and values lie in the cache. */
  #seen: number[] = [];

  static async open(config: RunConfig, options?: OpenOptions): Promise<Chat> {
    return new Chat(await openModel(config, options));
  }

  private constructor(open: OpenModel) {
    this.#open = open;
    const capacity = Math.min(open.model.spec.maxPositions, MAX_CONTEXT);
    this.#session = new Session(open.tuned ?? open.base, open.model.arena, { slots: 1, capacity });
  }

  /** Whether the model's template knows thoughts. */
  get reasoning(): boolean {
    return this.#open.template.reasoning;
  }

  /**
   * Answers the last message.
   * @yields pieces of the answer as they come
   * @throws ConfigError when the conversation has grown beyond what the model takes
   */
  async *answer(
    conversation: Conversation,
    settings: ChatSettings,
  ): AsyncGenerator<string, AnswerStatistics> {
    const { model, template } = this.#open;
    const { enableThinking, maxNewTokens, sampling, signal } = settings;
    const prompt = template.encodePrompt(model.tokenizer, conversation, { enableThinking });
    const { capacity } = this.#session.cache;
    if (prompt.length >= capacity) {
      throw new ConfigError(
        `chat: the conversation has ${prompt.length} tokens, ${capacity} fit; start anew with /clear`,
      );
    }
    const cached = this.#commonWith(prompt);
    const decoder = createStreamDecoder(model.tokenizer);
    const options = {
      maxNewTokens,
      stopTokens: stopIds(template, model),
      sampling,
      ...(signal && { signal }),
    };
    const answer: number[] = [];
    this.#seen = prompt.slice(0, cached);
    const started = performance.now();
    for await (const token of generate(this.#session, prompt, options, cached)) {
      this.#seen = [...prompt, ...answer];
      answer.push(token);
      const piece = decoder.push(token);
      if (piece) yield piece;
    }
    const rest = decoder.end();
    if (rest) yield rest;
    const seconds = (performance.now() - started) / 1000;
    return { tokens: answer.length, tokensPerSecond: answer.length / seconds };
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
    this.#open[Symbol.dispose]();
  }

  /** Places of the cache that already hold the prompt's beginning; its last token always has to run. */
  #commonWith(prompt: readonly number[]): number {
    const limit = Math.min(this.#seen.length, prompt.length - 1);
    let length = 0;
    while (length < limit && this.#seen[length] === prompt[length]) length++;
    return length;
  }
}
