/** A text that grows in the cache: what of it is there, what is still to be run, and what it holds of the pool. */
import { assert } from '../../core/index.ts';
import type { CachedToken, PrefixTree } from '../prefix-tree.ts';

export class Text {
  readonly adapter: string | undefined;
  /** Tokens that were found in the cache when it began. */
  found = 0;
  readonly #tree: PrefixTree;
  readonly #tokens: number[];
  readonly #held: CachedToken[] = [];

  constructor(tree: PrefixTree, tokens: readonly number[], adapter: string | undefined) {
    this.#tree = tree;
    this.#tokens = [...tokens];
    this.adapter = adapter;
  }

  get tokens(): readonly number[] {
    return this.#tokens;
  }

  /** Tokens that are still to be run; all of them before it began. */
  get left(): number {
    return this.#tokens.length - (this.tip ? this.tip.position + 1 : 0);
  }

  /** The last token that was run or found. */
  get tip(): CachedToken | undefined {
    return this.#held.at(-1);
  }

  /** @param rerun tokens at its end that are run even where they are cached, because something is read there */
  begin(rerun: number): void {
    const known = this.#tree.find(this.adapter, this.#tokens, this.#tokens.length - rerun);
    this.#held.push(known);
    this.found = known.position + 1;
  }

  push(token: number): void {
    this.#tokens.push(token);
  }

  /** Places for its next tokens; fewer than asked for, or none, where all others are held. */
  feed(limit: number): CachedToken[] {
    const first = this.#tokens.length - this.left;
    return this.grow(this.tip!, this.#tokens.slice(first, first + limit));
  }

  /** Places for tokens that branch off at one that it holds. */
  grow(from: CachedToken, tokens: readonly number[]): CachedToken[] {
    assert(this.#held.length > 0, 'a text grows that did not begin');
    const grown: CachedToken[] = [];
    for (const token of tokens) {
      const next = this.#tree.extend(grown.at(-1) ?? from, token);
      if (!next) break;
      grown.push(next);
      this.#held.push(next);
    }
    return grown;
  }

  /** Gives back what was grown last. */
  undo(count: number): void {
    for (let i = 0; i < count; i++) this.#tree.release(this.#held.pop()!);
  }

  /** Gives everything back. */
  release(): void {
    this.undo(this.#held.length);
  }
}
