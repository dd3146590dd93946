/**
 * The labels of one prompt as a job. The prompt is run together with what all labels begin with; then either all
 * branches of the tree of labels, or the most likely beginning is followed until it is a whole label. A label is never
 * more likely than its beginning: no other can beat it then.
 */
import type { LabelScore, ScoringMode } from '../label-scoring.ts';
import { type Branch, branchesOf, lineFrom, type TrieNode } from '../label-trie.ts';
import type { Read, ReadValue, Run } from '../pass.ts';
import type { CachedToken, PrefixTree } from '../prefix-tree.ts';
import type { Job, Outcome } from './job.ts';
import { Text } from './text.ts';

export interface ClassifyTask {
  readonly prompt: readonly number[];
  readonly adapter: string | undefined;
  /** Of the tree of labels. */
  readonly root: TrieNode;
  readonly labelCount: number;
  readonly mode: ScoringMode;
}

/** A node that is known but not run, and where it would branch off. */
interface Candidate {
  readonly from: TrieNode;
  readonly node: TrieNode;
  readonly logProbability: number;
}

export class ClassifyJob implements Job {
  readonly streaming = false;
  done = false;
  readonly #task: ClassifyTask;
  readonly #outcome: Outcome<LabelScore>;
  readonly #text: Text;
  readonly #trunk: readonly TrieNode[];
  /** Where nodes were run; the root stands at the prompt's last token. */
  readonly #ran = new Map<TrieNode, CachedToken>();
  readonly #logProbabilities = new Map<TrieNode, number>();
  readonly #labels: Float64Array;
  #open: Candidate[] = [];
  #pending: Branch[] = [];
  /** What the latest step ran, run by run, where something is read. */
  #lines: (readonly TrieNode[])[] = [];

  constructor(tree: PrefixTree, task: ClassifyTask, outcome: Outcome<LabelScore>) {
    this.#task = task;
    this.#outcome = outcome;
    this.#trunk = lineFrom(task.root);
    const common = this.#trunk.slice(1).map(({ token }) => token);
    this.#text = new Text(tree, [...task.prompt, ...common], task.adapter);
    this.#labels = new Float64Array(task.labelCount).fill(Number.NEGATIVE_INFINITY);
  }

  get wanted(): number {
    return this.#pending.reduce((sum, { line }) => sum + line.length, this.#text.left);
  }

  get least(): number {
    if (this.#text.left > this.#trunk.length) return 1;
    return this.#text.left > 0 ? this.#text.left : this.#pending[0]!.line.length;
  }

  begin(): void {
    this.#text.begin(this.#trunk.length);
    this.#ran.clear();
    this.#logProbabilities.clear();
    this.#logProbabilities.set(this.#task.root, 0);
    this.#open = [];
    this.#pending = this.#task.mode === 'all' ? branchesOf(this.#task.root) : [];
  }

  step(limit: number): Run[] | undefined {
    this.#lines = [];
    const runs: Run[] = [];
    let room = limit;
    if (this.#text.left > 0) {
      const tokens = this.#feed(room);
      if (tokens.length === 0) return undefined;
      if (this.#text.left > 0) return [{ adapter: this.#task.adapter, tokens, reads: [] }];
      runs.push(this.#runOf(this.#trunk, tokens));
      room -= tokens.length;
    }
    for (let next = this.#pending[0]; next && next.line.length <= room; next = this.#pending[0]) {
      const tokens = this.#text.grow(
        this.#ran.get(next.from)!,
        next.line.map(({ token }) => token),
      );
      if (tokens.length < next.line.length) {
        this.#text.undo(tokens.length);
        return runs.length > 0 ? runs : undefined;
      }
      this.#pending.shift();
      runs.push(this.#runOf(next.line, tokens));
      room -= tokens.length;
    }
    return runs;
  }

  take(values: readonly ReadValue[][]): void {
    if (this.done) return;
    for (const [index, line] of this.#lines.entries()) this.#learn(line, values[index] as Float32Array[]);
    if (this.#text.left > 0 || this.#pending.length > 0) return;
    if (this.#task.mode === 'all') this.#finish(this.#labels);
    else this.#followBest();
  }

  retreat(): void {
    this.#text.release();
  }

  fail(reason: unknown): void {
    if (this.done) return;
    this.#close();
    this.#outcome.reject(reason);
  }

  /** The next tokens of the prompt; its last one and the trunk stay together, since something is read there. */
  #feed(limit: number): CachedToken[] {
    const { left } = this.#text;
    const kept = this.#trunk.length;
    const tokens = this.#text.feed(limit >= left ? left : Math.min(limit, left - kept));
    const torn = this.#text.left > 0 ? Math.min(tokens.length, Math.max(0, kept - this.#text.left)) : 0;
    this.#text.undo(torn);
    return tokens.slice(0, tokens.length - torn);
  }

  /** A run that ends in these nodes. */
  #runOf(line: readonly TrieNode[], tokens: readonly CachedToken[]): Run {
    const first = tokens.length - line.length;
    const reads = line.map((node, index): Read => {
      this.#ran.set(node, tokens[first + index]!);
      return { at: first + index, kind: 'logprobs', tokens: node.children.map(({ token }) => token) };
    });
    this.#lines.push(line);
    return { adapter: this.#task.adapter, tokens, reads };
  }

  #learn(line: readonly TrieNode[], values: readonly Float32Array[]): void {
    for (const [index, node] of line.entries()) {
      const before = this.#logProbabilities.get(node)!;
      for (const [i, child] of node.children.entries()) {
        const logProbability = before + values[index]![i]!;
        this.#logProbabilities.set(child, logProbability);
        if (child.label !== undefined) this.#labels[child.label] = logProbability;
        if (child !== line[index + 1]) this.#open.push({ from: node, node: child, logProbability });
      }
    }
  }

  #followBest(): void {
    const best = this.#open.reduce((a, b) => (b.logProbability > a.logProbability ? b : a));
    if (best.node.label !== undefined) {
      this.#finish();
      return;
    }
    this.#open.splice(this.#open.indexOf(best), 1);
    this.#pending = [{ from: best.from, line: lineFrom(best.node) }];
  }

  #finish(logProbabilities?: Float64Array): void {
    this.#close();
    const winner = this.#labels.reduce((best, value, i) => (value > this.#labels[best]! ? i : best), 0);
    const score = { winner, logProbability: this.#labels[winner]! };
    this.#outcome.resolve(logProbabilities ? { ...score, logProbabilities } : score);
  }

  #close(): void {
    this.done = true;
    this.#text.release();
  }
}
