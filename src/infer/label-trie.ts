/** Labels as token sequences, arranged as a tree of their common beginnings. */
import { assert } from '../core/index.ts';

export interface TrieNode {
  /** The token that leads here; −1 at the root. */
  readonly token: number;
  readonly parent: TrieNode | undefined;
  readonly children: TrieNode[];
  /** The label that is complete here. */
  label?: number;
}

/**
 * @param labels token ids of each label as an answer, end token included: so none is the beginning of another
 * @returns the root, which stands for the end of the prompt
 */
export function buildTrie(labels: readonly (readonly number[])[]): TrieNode {
  const root: TrieNode = { token: -1, parent: undefined, children: [] };
  for (const [label, tokens] of labels.entries()) {
    let node = root;
    for (const token of tokens) {
      let child = node.children.find((candidate) => candidate.token === token);
      if (!child) {
        child = { token, parent: node, children: [] };
        node.children.push(child);
      }
      node = child;
    }
    assert(node.label === undefined && tokens.length > 0, `label ${label} equals another or is empty`);
    node.label = label;
  }
  return root;
}

/** Nodes whose token has to be run: all but the root and the leaves. Parents come before children. */
export function innerNodes(root: TrieNode): TrieNode[] {
  const inner: TrieNode[] = [];
  const visit = (node: TrieNode) => {
    for (const child of node.children) {
      if (child.children.length === 0) continue;
      inner.push(child);
      visit(child);
    }
  };
  visit(root);
  return inner;
}

/** From the root's child to the node itself. */
export function pathTo(node: TrieNode): TrieNode[] {
  const path: TrieNode[] = [];
  for (let at: TrieNode = node; at.parent; at = at.parent) path.unshift(at);
  return path;
}
