/** An answer, token by token, as a job: reads its prompt, then chooses and runs one token after the other. */
import type { FinishReason, GeneratedToken, GenerateRequest } from '../engine-types.ts';
import { tokenLogprobs } from '../logprobs.ts';
import type { ReadValue, Run } from '../pass.ts';
import type { PrefixTree } from '../prefix-tree.ts';
import { isGreedy, Sampler } from '../sampler.ts';
import type { Job } from './job.ts';
import { Text } from './text.ts';

/** Hears of an answer as it comes. */
export interface AnswerListener {
  onToken(token: GeneratedToken): void;
  onEnd(reason: FinishReason): void;
  onError(reason: unknown): void;
}

export class GenerateJob implements Job {
  readonly streaming = true;
  readonly least = 1;
  done = false;
  /** Of the prompt, when it was first looked up. */
  found = 0;
  readonly #request: GenerateRequest;
  readonly #listener: AnswerListener;
  readonly #text: Text;
  readonly #sampler: Sampler;
  /** Only the most likely token is wanted, so that logits need not leave the device. */
  readonly #plain: boolean;
  /** Tokens of prompt and answer. */
  readonly #limit: number;

  /** @param contextLength tokens of prompt and answer at most */
  constructor(
    request: GenerateRequest,
    { tree, contextLength }: { tree: PrefixTree; contextLength: number },
    listener: AnswerListener,
  ) {
    const { prompt, adapter, maxNewTokens, sampling, topLogprobs, constraint } = request;
    this.#request = request;
    this.#listener = listener;
    this.#text = new Text(tree, prompt, adapter);
    this.#sampler = new Sampler(sampling);
    this.#plain = isGreedy(sampling) && topLogprobs === undefined && !constraint;
    this.#limit = Math.min(prompt.length + maxNewTokens, contextLength);
  }

  get wanted(): number {
    return this.#text.left;
  }

  begin(): void {
    this.#text.begin(1);
    if (this.#text.tokens.length === this.#request.prompt.length) this.found = this.#text.found;
  }

  step(limit: number): Run[] | undefined {
    const tokens = this.#text.feed(limit);
    if (tokens.length === 0) return undefined;
    const kind = this.#plain ? ('argmax' as const) : ('logits' as const);
    const reads = this.#text.left === 0 ? [{ at: tokens.length - 1, kind }] : [];
    return [{ adapter: this.#text.adapter, tokens, reads }];
  }

  take([values]: readonly ReadValue[][]): void {
    const [value] = values!;
    if (value === undefined || this.done) return;
    const { stopTokens, constraint } = this.#request;
    const chosen = typeof value === 'number' ? { token: value } : this.#choose(value);
    constraint?.accept(chosen.token);
    if (stopTokens.has(chosen.token)) {
      this.#end('stop');
      return;
    }
    this.#text.push(chosen.token);
    this.#listener.onToken(chosen);
    if (constraint?.finished) this.#end('stop');
    else if (this.#text.tokens.length >= this.#limit) this.#end('length');
  }

  retreat(): void {
    this.#text.release();
  }

  fail(reason: unknown): void {
    if (this.done) return;
    this.#close();
    this.#listener.onError(reason);
  }

  #choose(logits: Float32Array): GeneratedToken {
    const { topLogprobs, constraint } = this.#request;
    const told = topLogprobs === undefined ? undefined : tokenLogprobs(logits, topLogprobs);
    const token = this.#sampler.next(logits, this.#text.tokens, constraint?.mask());
    return told ? { token, logprob: told.of(token), top: told.top } : { token };
  }

  #end(reason: FinishReason): void {
    this.#close();
    this.#listener.onEnd(reason);
  }

  #close(): void {
    this.done = true;
    this.#text.release();
  }
}
