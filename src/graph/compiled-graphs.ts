/** Compiled graphs by the shapes that they were built for: the latest used are kept. */
import type { Executable } from './compile.ts';

/** Each costs a few megabytes beside the arena that all share. */
const MAX_KEPT = 32;

export class CompiledGraphs<T extends { readonly executable: Executable }> implements Disposable {
  readonly #kept = new Map<string, T>();

  /** The graph for these shapes, built at first use. */
  get(key: string, build: () => T): T {
    const graph = this.#kept.get(key) ?? build();
    this.#kept.delete(key); // and in again, as the newest
    this.#kept.set(key, graph);
    if (this.#kept.size > MAX_KEPT) {
      const [oldest, { executable }] = this.#kept.entries().next().value!;
      executable[Symbol.dispose]();
      this.#kept.delete(oldest);
    }
    return graph;
  }

  [Symbol.dispose](): void {
    for (const { executable } of this.#kept.values()) executable[Symbol.dispose]();
    this.#kept.clear();
  }
}
