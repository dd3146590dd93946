/** Tokens on their way from the engine to whoever reads an answer. */
import type { FinishReason, GeneratedToken } from './engine-types.ts';
import type { AnswerListener } from './jobs/generate-job.ts';

export class AnswerQueue implements AnswerListener {
  finishReason: FinishReason | undefined;
  readonly #tokens: GeneratedToken[] = [];
  #error: { reason: unknown } | undefined;
  #wake: (() => void) | undefined;

  onToken(token: GeneratedToken): void {
    this.#tokens.push(token);
    this.#wake?.();
  }

  onEnd(reason: FinishReason): void {
    this.finishReason = reason;
    this.#wake?.();
  }

  onError(reason: unknown): void {
    this.#error = { reason };
    this.#wake?.();
  }

  /** @throws what ended the answer, once all tokens before were read */
  async *read(): AsyncGenerator<GeneratedToken> {
    for (;;) {
      const token = this.#tokens.shift();
      if (token) yield token;
      else if (this.#error) throw this.#error.reason;
      else if (this.finishReason) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
