/** The mean of a text's last hidden states, as a job. Nothing of it is taken from the cache, which holds none. */
import type { ReadValue, Run } from '../pass.ts';
import type { PrefixTree } from '../prefix-tree.ts';
import type { Job, Outcome } from './job.ts';
import { Text } from './text.ts';

export class EmbedJob implements Job {
  readonly streaming = false;
  readonly least = 1;
  done = false;
  readonly #text: Text;
  readonly #outcome: Outcome<Float32Array>;
  #sum: Float64Array | undefined;

  constructor(
    tree: PrefixTree,
    { tokens, adapter }: { tokens: readonly number[]; adapter?: string | undefined },
    outcome: Outcome<Float32Array>,
  ) {
    this.#text = new Text(tree, tokens, adapter);
    this.#outcome = outcome;
  }

  get wanted(): number {
    return this.#text.left;
  }

  begin(): void {
    this.#text.begin(this.#text.tokens.length);
    this.#sum = undefined;
  }

  step(limit: number): Run[] | undefined {
    const tokens = this.#text.feed(limit);
    if (tokens.length === 0) return undefined;
    const reads = tokens.map((_, at) => ({ at, kind: 'hidden' as const }));
    return [{ adapter: this.#text.adapter, tokens, reads }];
  }

  take([states]: readonly ReadValue[][]): void {
    if (this.done) return;
    for (const state of states as Float32Array[]) {
      this.#sum ??= new Float64Array(state.length);
      for (let c = 0; c < state.length; c++) this.#sum[c]! += state[c]!;
    }
    if (this.#text.left > 0) return;
    this.#close();
    const norm = Math.sqrt(this.#sum!.reduce((total, value) => total + value * value, 0));
    this.#outcome.resolve(Float32Array.from(this.#sum!, (value) => (norm > 0 ? value / norm : 0)));
  }

  retreat(): void {
    this.#text.release();
  }

  fail(reason: unknown): void {
    if (this.done) return;
    this.#close();
    this.#outcome.reject(reason);
  }

  #close(): void {
    this.done = true;
    this.#text.release();
  }
}
