/**
 * Exact probabilities of labels as whole answers. What all prompts begin with is computed once. Either every label's
 * probability, all in one pass over the tree of labels, or only the most likely label, found best first.
 */
import type { OnProgress } from '../core/index.ts';
import { buildTrie, innerNodes, pathTo, type TrieNode } from './label-trie.ts';
import type { ReadAt, RowTokens, Session } from './session.ts';

export type ScoringMode = 'all' | 'argmax';

export interface LabelScore {
  /** Index of the most likely label. */
  readonly winner: number;
  /** log p(label as the whole answer | prompt), the winner's. */
  readonly logProbability: number;
  /** Every label's, in mode `all`. */
  readonly logProbabilities?: Float64Array;
}

export interface ScoringOptions {
  readonly mode: ScoringMode;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Elements of logits that may exist at once: 512 MB of f32. */
const MAX_LOGITS = 128 * 1024 * 1024;
const MAX_ROWS = 32;

/** What a session needs for scoring. */
export function scoringSize(
  prompts: readonly (readonly number[])[],
  labels: readonly (readonly number[])[],
  vocabSize: number,
): { slots: number; capacity: number } {
  const inner = innerNodes(buildTrie(labels)).length;
  const slots = Math.max(
    1,
    Math.min(MAX_ROWS, prompts.length, Math.floor(MAX_LOGITS / (vocabSize * (1 + inner)))),
  );
  return { slots, capacity: Math.max(...prompts.map((prompt) => prompt.length)) + Math.max(1, inner) };
}

/**
 * @param prompts token ids up to where the answer begins; none empty
 * @param labels token ids of each label as an answer, end token included
 * @returns one score a prompt, in order
 */
export async function scoreLabels(
  session: Session,
  prompts: readonly (readonly number[])[],
  labels: readonly (readonly number[])[],
  { mode, onProgress, signal }: ScoringOptions,
): Promise<LabelScore[]> {
  const root = buildTrie(labels);
  const shared = commonPrefix(prompts);
  const slots = Math.min(session.cache.slots, prompts.length);
  if (shared.length > 0) {
    await session.feed([{ cached: 0, tokens: shared }]);
    await session.sharePrefix(shared.length, slots - 1);
  }
  // Like lengths together: little padding.
  const order = prompts.map((_, index) => index).sort((a, b) => prompts[a]!.length - prompts[b]!.length);
  const scores = new Array<LabelScore>(prompts.length);
  for (let start = 0; start < order.length; start += slots) {
    signal?.throwIfAborted();
    const batch = order.slice(start, start + slots);
    const rows = batch.map((index) => ({
      cached: shared.length,
      tokens: prompts[index]!.slice(shared.length),
    }));
    const results =
      mode === 'all'
        ? await scoreAll(session, rows, root, labels.length)
        : await findBest(session, rows, root);
    batch.forEach((index, b) => {
      scores[index] = results[b]!;
    });
    onProgress?.({ task: 'score labels', done: start + batch.length, total: prompts.length, unit: 'rows' });
  }
  return scores;
}

/** The prompt's own tokens and then all inner nodes of the tree, in one pass. */
async function scoreAll(
  session: Session,
  rows: readonly RowTokens[],
  root: TrieNode,
  labelCount: number,
): Promise<LabelScore[]> {
  const inner = innerNodes(root);
  const index = new Map<TrieNode, number>(inner.map((node, i) => [node, i]));
  const readNodes = [root, ...inner];
  const at: ReadAt[] = [];
  const pairs: { at: number; token: number }[] = [];
  const trees = rows.map(({ cached, tokens }, row): RowTokens => {
    const end = tokens.length - 1;
    for (const node of readNodes) {
      for (const child of node.children) pairs.push({ at: at.length, token: child.token });
      at.push({ row, token: node === root ? end : tokens.length + index.get(node)! });
    }
    const parents = [
      ...tokens.map((_, t) => t - 1),
      ...inner.map(({ parent }) => (parent === root ? end : tokens.length + index.get(parent!)!)),
    ];
    return { cached, tokens: [...tokens, ...inner.map(({ token }) => token)], parents };
  });
  const values = await session.logProbabilities(trees, at, pairs);
  let next = 0;
  return rows.map(() => {
    const sums = new Map<TrieNode, number>([[root, 0]]);
    const logProbabilities = new Float64Array(labelCount);
    for (const node of readNodes) {
      for (const child of node.children) {
        const sum = sums.get(node)! + values[next++]!;
        sums.set(child, sum);
        if (child.label !== undefined) logProbabilities[child.label] = sum;
      }
    }
    const winner = logProbabilities.reduce(
      (best, value, i) => (value > logProbabilities[best]! ? i : best),
      0,
    );
    return { winner, logProbability: logProbabilities[winner]!, logProbabilities };
  });
}

interface Candidate {
  readonly node: TrieNode;
  readonly logProbability: number;
}

/**
 * A label is never more likely than its beginning: so the most likely beginning is followed until it is a whole
 * label, which then no other can beat.
 */
async function findBest(session: Session, rows: readonly RowTokens[], root: TrieNode): Promise<LabelScore[]> {
  const open: Candidate[][] = rows.map(() => []);
  const expand = async (paths: readonly (RowTokens & { from: Candidate })[]) => {
    const at: ReadAt[] = [];
    const pairs: { at: number; token: number }[] = [];
    const found: { row: number; parent: TrieNode; child: TrieNode }[] = [];
    for (const [row, { tokens, from }] of paths.entries()) {
      // The node itself, and on along its line of only children: they would be asked for next.
      const line = onlyChildren(from.node);
      line.forEach((node, step) => {
        for (const child of node.children) {
          pairs.push({ at: at.length, token: child.token });
          found.push({ row, parent: node, child });
        }
        at.push({ row, token: tokens.length - line.length + step });
      });
    }
    const values = await session.logProbabilities(paths, at, pairs);
    const sums = paths.map(({ from }) => new Map([[from.node, from.logProbability]]));
    found.forEach(({ row, parent, child }, i) => {
      const logProbability = sums[row]!.get(parent)! + values[i]!;
      sums[row]!.set(child, logProbability);
      const followed = parent.children.length === 1 && child.children.length > 0;
      if (!followed) open[row]!.push({ node: child, logProbability });
    });
  };
  await expand(
    rows.map((row) => ({
      cached: row.cached,
      tokens: [
        ...row.tokens,
        ...onlyChildren(root)
          .slice(1)
          .map(({ token }) => token),
      ],
      from: { node: root, logProbability: 0 },
    })),
  );
  const best = () =>
    open.map((candidates) => candidates.reduce((a, b) => (b.logProbability > a.logProbability ? b : a)));
  for (let front = best(); front.some(({ node }) => node.label === undefined); front = best()) {
    await expand(
      front.map((from, row) => {
        const { cached, tokens } = rows[row]!;
        const end = cached + tokens.length;
        // A finished row rides along: its slot is seen by nobody else.
        if (from.node.label !== undefined) return { cached: end - 1, tokens: tokens.slice(-1), from: IDLE };
        open[row]!.splice(open[row]!.indexOf(from), 1);
        const line = [...pathTo(from.node), ...onlyChildren(from.node).slice(1)];
        return { cached: end, tokens: line.map(({ token }) => token), from };
      }),
    );
  }
  return best().map(({ node, logProbability }) => ({ winner: node.label!, logProbability }));
}

/** Asks for nothing. */
const IDLE: Candidate = { node: { token: -1, parent: undefined, children: [] }, logProbability: 0 };

/** The node, then its child as long as there is only one and it is not yet a whole label. */
function onlyChildren(node: TrieNode): TrieNode[] {
  const line = [node];
  for (let at = node; at.children.length === 1 && at.children[0]!.children.length > 0; ) {
    at = at.children[0]!;
    line.push(at);
  }
  return line;
}

/** Tokens that all prompts begin with, at least one token of each left out. */
function commonPrefix(prompts: readonly (readonly number[])[]): readonly number[] {
  const [first, ...others] = prompts;
  let length = first!.length - 1;
  for (const prompt of others) {
    const limit = Math.min(length, prompt.length - 1);
    length = 0;
    while (length < limit && prompt[length] === first![length]) length++;
  }
  return others.length === 0 ? [] : first!.slice(0, length);
}
