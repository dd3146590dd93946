/** A conversation with a model: streams answers, whose next turn costs only what is new in it. */
import type { RunConfig } from '../config/index.ts';
import { ConfigError } from '../core/index.ts';
import { stopIds } from '../evaluate/index.ts';
import { createEngine, type InferenceEngine } from '../infer/index.ts';
import { type Conversation, createStreamDecoder } from '../text/index.ts';
import type { ChatSettings } from './chat-settings.ts';
import { type OpenModel, type OpenOptions, openModel } from './open-model.ts';

/** Tokens that a conversation may have, where the model would take more: the cache has to fit into memory. */
const MAX_CONTEXT = 8192;

export interface AnswerStatistics {
  readonly tokens: number;
  readonly tokensPerSecond: number;
}

export class Chat implements AsyncDisposable {
  readonly #open: OpenModel;
  readonly #engine: InferenceEngine;

  static async open(config: RunConfig, options?: OpenOptions): Promise<Chat> {
    return new Chat(await openModel(config, options));
  }

  private constructor(open: OpenModel) {
    this.#open = open;
    const contextLength = Math.min(open.model.spec.maxPositions, MAX_CONTEXT);
    const size = { contextLength, cacheTokens: contextLength };
    this.#engine = createEngine(open.tuned ?? open.base, open.model.arena, size);
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
    const { contextLength } = this.#engine;
    if (prompt.length >= contextLength) {
      throw new ConfigError({
        en: `chat: the conversation has ${prompt.length} tokens, ${contextLength} fit; start anew with /clear`,
        zh: `对话：已有 ${prompt.length} 个 token，上限为 ${contextLength}；请用 /clear 重新开始`,
      });
    }
    const decoder = createStreamDecoder(model.tokenizer);
    const stopTokens = stopIds(template, model);
    const request = { prompt, maxNewTokens, stopTokens, sampling, signal };
    let tokens = 0;
    const started = performance.now();
    for await (const { token } of this.#engine.generate(request)) {
      tokens++;
      const piece = decoder.push(token);
      if (piece) yield piece;
    }
    const rest = decoder.end();
    if (rest) yield rest;
    const seconds = (performance.now() - started) / 1000;
    return { tokens, tokensPerSecond: tokens / seconds };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.close();
    this.#open[Symbol.dispose]();
  }
}
