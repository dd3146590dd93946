/**
 * Runs new tokens of several rows through the decoder with a cache, and reads what is asked for. The tokens of a
 * row form a tree: each sees the row's cached places, its ancestors and itself. A text is a tree without branches;
 * labels to be scored branch. Token ids in, numbers out; no strings.
 */
import { assert } from '../core/index.ts';
import {
  type Arena,
  argmax,
  CompiledGraphs,
  compile,
  type Executable,
  embedding,
  input,
  linear,
  log,
  reshape,
  scale,
  softmax,
} from '../graph/index.ts';
import {
  CachedAttention,
  type CachedShape,
  type Decoder,
  hiddenStates,
  outputHead,
  shortestWindow,
} from '../model/index.ts';
import { KvCache, sharePrefixGraph } from './kv-cache.ts';

/** New tokens of one row. */
export interface RowTokens {
  /** Places of the row's slot that are filled and seen by every new token; the new ones come after them. */
  readonly cached: number;
  readonly tokens: readonly number[];
  /** Index of each token's parent among `tokens`, −1 for the cached end; a chain when absent. */
  readonly parents?: readonly number[];
}

/** A position whose prediction is read. */
export interface ReadAt {
  readonly row: number;
  readonly token: number;
}

/** Rows longer than one token are padded to a multiple of this, so that few graphs are compiled. */
const ROW_STEP = 8;
const SPAN_STEP = 32;
const READ_STEP = 16;
/** log of the smallest normal f32: what is less likely counts as this. */
const SMALLEST_PROBABILITY = 1.1754944e-38;

type ReadKind = 'logits' | 'argmax' | 'logProbabilities' | 'nothing';

interface Compiled {
  readonly executable: Executable;
}

export class Session implements Disposable {
  readonly decoder: Decoder;
  readonly cache: KvCache;
  readonly #arena: Arena;
  readonly #compiled = new CompiledGraphs<Compiled>();

  /** @param capacity places of a slot; rounded up */
  constructor(decoder: Decoder, arena: Arena, { slots, capacity }: { slots: number; capacity: number }) {
    this.decoder = decoder;
    this.#arena = arena;
    this.cache = new KvCache(decoder.spec, arena.device, { slots, capacity: roundUp(capacity, SPAN_STEP) });
  }

  /** Fills the cache, reads nothing. */
  async feed(rows: readonly RowTokens[]): Promise<void> {
    await this.#run(rows, [], 'nothing');
  }

  /** Logits [V] at each position. */
  async logits(rows: readonly RowTokens[], at: readonly ReadAt[]): Promise<Float32Array[]> {
    const V = this.decoder.spec.vocabSize;
    const flat = (await this.#run(rows, at, 'logits')) as Float32Array;
    return at.map((_, index) => flat.subarray(index * V, (index + 1) * V));
  }

  /** The most likely next token at each position. */
  async argmax(rows: readonly RowTokens[], at: readonly ReadAt[]): Promise<Int32Array> {
    return ((await this.#run(rows, at, 'argmax')) as Int32Array).subarray(0, at.length);
  }

  /** log p(token) at positions. @param pairs `at` is an index into the positions */
  async logProbabilities(
    rows: readonly RowTokens[],
    at: readonly ReadAt[],
    pairs: readonly { at: number; token: number }[],
  ): Promise<Float32Array> {
    return ((await this.#run(rows, at, 'logProbabilities', pairs)) as Float32Array).subarray(0, pairs.length);
  }

  /** Copies the first `count` places of slot 0 to slots 1 … copies. */
  async sharePrefix(count: number, copies: number): Promise<void> {
    if (count === 0 || copies === 0) return;
    using graph = compile(sharePrefixGraph(this.cache, count, copies), this.#arena);
    const target = (_: unknown, i: number) => this.cache.row(1 + Math.floor(i / count), i % count);
    await graph.run({
      source: Int32Array.from({ length: count }, (_, place) => place),
      target: BigInt64Array.from({ length: copies * count }, target),
    });
  }

  [Symbol.dispose](): void {
    this.#compiled[Symbol.dispose]();
    this.cache[Symbol.dispose]();
  }

  async #run(
    rows: readonly RowTokens[],
    at: readonly ReadAt[],
    kind: ReadKind,
    pairs: readonly { at: number; token: number }[] = [],
  ): Promise<Float32Array | Int32Array | undefined> {
    const longest = Math.max(...rows.map(({ tokens }) => tokens.length));
    const filled = Math.max(...rows.map(({ cached, tokens }) => cached + tokens.length));
    assert(
      rows.length <= this.cache.slots && filled <= this.cache.capacity,
      'more tokens than the cache holds',
    );
    const shape: CachedShape = {
      rows: rows.length,
      rowLength: longest === 1 ? 1 : roundUp(longest, ROW_STEP),
      span: Math.min(this.cache.capacity, roundUp(filled, SPAN_STEP)),
      slotRows: this.cache.slotRows,
    };
    const reads = kind === 'nothing' ? 0 : at.length <= 8 ? at.length : roundUp(at.length, READ_STEP);
    const picks = roundUp(pairs.length, READ_STEP);
    const key = `${kind} ${shape.rows} ${shape.rowLength} ${shape.span} ${reads} ${picks}`;
    const { executable } = this.#compiled.get(key, () => this.#build(shape, kind, reads, picks));
    const inputs = this.#inputs(rows, shape);
    if (kind === 'nothing') {
      await executable.run(inputs);
      return undefined;
    }
    const readRows = new Int32Array(reads);
    at.forEach(({ row, token }, index) => {
      readRows[index] = row * shape.rowLength + token;
    });
    const V = this.decoder.spec.vocabSize;
    const places = new Int32Array(picks);
    pairs.forEach((pair, index) => {
      places[index] = pair.at * V + pair.token;
    });
    const chosen = kind === 'logProbabilities' ? { places } : {};
    const [result] = await executable.run({ ...inputs, readRows, ...chosen }, [0]);
    return result;
  }

  #build(shape: CachedShape, kind: ReadKind, reads: number, picks: number): Compiled {
    const T = shape.rows * shape.rowLength;
    const pattern = new CachedAttention(this.decoder.spec, shape, this.cache.layers);
    const tokens = input('tokens', [T], 'i32');
    const hidden = hiddenStates(this.decoder, { tokens, positions: input('positions', [T], 'i32') }, pattern);
    const outputs = () => {
      if (kind === 'nothing') return hidden;
      const logits = linear(embedding(hidden, input('readRows', [reads], 'i32')), outputHead(this.decoder));
      if (kind === 'logits') return logits;
      if (kind === 'argmax') return argmax(logits);
      const flat = reshape(softmax(logits), [reads * this.decoder.spec.vocabSize, 1]);
      const picked = embedding(flat, input('places', [picks], 'i32'));
      return log(scale(picked, 1, SMALLEST_PROBABILITY));
    };
    return { executable: compile([outputs()], this.#arena) };
  }

  #inputs(rows: readonly RowTokens[], { rowLength: L, span: S }: CachedShape) {
    const B = rows.length;
    const tokens = new Int32Array(B * L);
    const positions = new Int32Array(B * L);
    const cacheRows = new BigInt64Array(B * L);
    const mask = new Float32Array(B * L * S).fill(Number.NEGATIVE_INFINITY);
    const window = shortestWindow(this.decoder.spec);
    const windowMask = window < S ? mask.slice() : undefined;
    for (const [b, { cached, tokens: own, parents }] of rows.entries()) {
      for (let t = 0; t < L; t++) {
        const index = b * L + t;
        const line = index * S;
        if (t >= own.length) {
          cacheRows[index] = this.cache.trash(b);
          mask[line] = 0; // padding sees something, so that nothing becomes NaN
          if (windowMask) windowMask[line] = 0;
          continue;
        }
        tokens[index] = own[t]!;
        cacheRows[index] = this.cache.row(b, cached + t);
        const path = [t];
        for (let up = parents ? parents[t]! : t - 1; up >= 0; up = parents ? parents[up]! : up - 1)
          path.push(up);
        const position = cached + path.length - 1;
        positions[index] = position;
        mask.fill(0, line, line + cached);
        for (const ancestor of path) mask[line + cached + ancestor] = 0;
        if (!windowMask) continue;
        const first = Math.max(0, position - window + 1);
        if (first < cached) windowMask.fill(0, line + first, line + cached);
        for (const [steps, ancestor] of path.entries()) {
          if (steps < window) windowMask[line + cached + ancestor] = 0;
        }
      }
    }
    return { tokens, positions, cacheRows, mask, ...(windowMask && { windowMask }) };
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
