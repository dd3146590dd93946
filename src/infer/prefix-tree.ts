/**
 * Which tokens' keys and values lie where in the pool, as a tree: a token is found again by the tokens before it and
 * the adapter that they were computed with. What nobody holds stays until its place is needed, the longest unused
 * goes first.
 */
import { assert } from '../core/index.ts';

export interface CachedToken {
  readonly token: number;
  /** Undefined at a root, which stands for the beginning of a text. */
  readonly parent: CachedToken | undefined;
  /** In the pool; −1 at a root. */
  readonly place: number;
  /** In its text; −1 at a root. */
  readonly position: number;
}

class Node implements CachedToken {
  readonly token: number;
  readonly parent: Node | undefined;
  readonly place: number;
  readonly position: number;
  readonly children = new Map<number, Node>();
  /** Found from its parent; a second computation of the same token is not. */
  listed = false;
  childCount = 0;
  holds = 0;

  constructor(token: number, parent: Node | undefined, place: number) {
    this.token = token;
    this.parent = parent;
    this.place = place;
    this.position = parent ? parent.position + 1 : -1;
  }
}

export class PrefixTree {
  readonly #roots = new Map<string | undefined, Node>();
  readonly #free: number[];
  /** Nodes that nobody holds and nothing grows from, the longest unused first. */
  readonly #idle = new Set<Node>();
  #listed = 0;
  #reused = 0;

  constructor(places: number) {
    this.#free = Array.from({ length: places }, (_, index) => places - 1 - index);
  }

  /** Tokens that can be found again. */
  get size(): number {
    return this.#listed;
  }

  /** Tokens that were found, all in all. */
  get reused(): number {
    return this.#reused;
  }

  /** The longest beginning of the tokens that is known, held for the caller. */
  find(adapter: string | undefined, tokens: readonly number[], limit: number): CachedToken {
    let node = this.#root(adapter);
    for (let at = 0; at < limit; at++) {
      const next = node.children.get(tokens[at]!);
      if (!next) break;
      node = next;
    }
    this.#reused += node.position + 1;
    this.#hold(node);
    return node;
  }

  /**
   * A place for a token that is about to be computed, held for the caller.
   * @param parent held, or above what is held
   * @returns undefined when all places are held
   */
  extend(parent: CachedToken, token: number): CachedToken | undefined {
    const before = parent as Node;
    if (this.#free.length === 0) this.#forgetOldest();
    const place = this.#free.pop();
    if (place === undefined) return undefined;
    const node = new Node(token, before, place);
    before.childCount++;
    this.#idle.delete(before);
    if (!before.children.has(token)) {
      before.children.set(token, node);
      node.listed = true;
      this.#listed++;
    }
    this.#hold(node);
    return node;
  }

  /** The caller's hold ends. */
  release(token: CachedToken): void {
    const node = token as Node;
    assert(node.holds > 0, 'a token is released that nobody holds');
    node.holds--;
    this.#settle(node);
  }

  #root(adapter: string | undefined): Node {
    let root = this.#roots.get(adapter);
    if (!root) {
      root = new Node(-1, undefined, -1);
      this.#roots.set(adapter, root);
    }
    return root;
  }

  #hold(node: Node): void {
    node.holds++;
    this.#idle.delete(node);
  }

  /** Once nobody needs a node: it waits to be found again, or goes if it cannot be. */
  #settle(node: Node): void {
    if (node.holds > 0 || node.childCount > 0 || !node.parent) return;
    if (node.listed) this.#idle.add(node);
    else this.#forget(node);
  }

  /** Also what it grew from, as far as nothing else does: it was used no later. */
  #forgetOldest(): void {
    let node: Node | undefined = this.#idle.values().next().value;
    while (node && this.#idle.has(node)) {
      const { parent }: Node = node;
      this.#forget(node);
      node = parent;
    }
  }

  #forget(node: Node): void {
    const parent = node.parent!;
    this.#idle.delete(node);
    if (node.listed) {
      parent.children.delete(node.token);
      this.#listed--;
    }
    this.#free.push(node.place);
    parent.childCount--;
    this.#settle(parent);
  }
}

/** Places from the beginning of the text to a token. */
export function placesTo(token: CachedToken): Int32Array {
  const places = new Int32Array(token.position + 1);
  for (let at = token; at.parent; at = at.parent) places[at.position] = at.place;
  return places;
}
