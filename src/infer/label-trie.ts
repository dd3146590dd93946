/** Labels as token sequences, arranged as a tree of their common beginnings. */
import { assert } from '../core/index.ts';

export interface TrieNode {
  /** The token that leads here; −1 at the root. */
  readonly token: number;
  readonly children: TrieNode[];
  /** The label that is complete here. */
  label?: number;
}

/** Nodes one after the other, and where the first branches off. */
export interface Branch {
  readonly from: TrieNode;
  readonly line: readonly TrieNode[];
}

/**
 * @param labels token ids of each label as an answer, end token included: so none is the beginning of another
 * @returns the root, which stands for the end of the prompt
 */
export function buildTrie(labels: readonly (readonly number[])[]): TrieNode {
  const root: TrieNode = { token: -1, children: [] };
  for (const [label, tokens] of labels.entries()) {
    let node = root;
    for (const token of tokens) {
      let child = node.children.find((candidate) => candidate.token === token);
      if (!child) {
        child = { token, children: [] };
        node.children.push(child);
      }
      node = child;
    }
    assert(node.label === undefined && tokens.length > 0, `label ${label} equals another or is empty`);
    node.label = label;
  }
  return root;
}

/** The node, then its child as long as there is only one and it is not yet a whole label. */
export function lineFrom(node: TrieNode): TrieNode[] {
  const line = [node];
  for (let at = node; at.children.length === 1 && at.children[0]!.children.length > 0; ) {
    at = at.children[0]!;
    line.push(at);
  }
  return line;
}

/** Lines of the tree below a node, each after the one that it branches off from. */
export function branchesOf(node: TrieNode): Branch[] {
  const last = lineFrom(node).at(-1)!;
  return last.children
    .filter(({ children }) => children.length > 0)
    .flatMap((child) => [{ from: last, line: lineFrom(child) }, ...branchesOf(child)]);
}
