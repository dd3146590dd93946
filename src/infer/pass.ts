/**
 * One pass of new tokens through the decoder: runs of several texts side by side, each grown from what is cached, and
 * what is to be read at some of the tokens. Knows no requests.
 */
import {
  type Arena,
  type AttentionSegment,
  argmax,
  CompiledGraphs,
  compile,
  type Executable,
  embedding,
  type HostArray,
  input,
  linear,
  log,
  reshape,
  scale,
  segmentPlaces,
  segmentPlanSize,
  softmax,
  type Tensor,
} from '../graph/index.ts';
import { CachedAttention, type CachedShape, type Decoder, hiddenStates, outputHead } from '../model/index.ts';
import type { AdapterSet } from './adapter-set.ts';
import type { KvPool } from './kv-pool.ts';
import { type CachedToken, placesTo } from './prefix-tree.ts';

/** What is read where a token was run. */
export type Read = { readonly at: number } & (
  | { readonly kind: 'logits' | 'argmax' | 'hidden' }
  | { readonly kind: 'logprobs'; readonly tokens: readonly number[] }
);

/** Logits [V], index of the largest, hidden state [C] after the final norm, log p of the tokens asked for. */
export type ReadValue = Float32Array | number;

/** Tokens of one text, each following the one before. */
export interface Run {
  readonly adapter: string | undefined;
  /** At least one; the first one's parent is cached, or part of an earlier run of the same pass. */
  readonly tokens: readonly CachedToken[];
  /** Indices of tokens are of this run. */
  readonly reads: readonly Read[];
}

interface GraphShape extends CachedShape {
  /** Positions at which logits are computed. */
  readonly heads: number;
  /** Log-probabilities that are picked. */
  readonly picks: number;
  readonly argmax: boolean;
  readonly logits: boolean;
  readonly hidden: boolean;
}

interface Compiled {
  readonly executable: Executable;
  readonly pattern: CachedAttention;
  readonly outputs: readonly ('hidden' | 'logits' | 'argmax' | 'logprobs')[];
}

const MIN_PLAN = 256;
const SEEN_STEP = 32;
const READ_STEP = 8;
const PICK_STEP = 16;
/** log of the smallest normal f32: what is less likely counts as this. */
const SMALLEST_PROBABILITY = 1.1754944e-38;

export class PassRunner implements Disposable {
  readonly #adapters: AdapterSet;
  readonly #pool: KvPool;
  readonly #arena: Arena;
  readonly #compiled = new CompiledGraphs<Compiled>();

  constructor(adapters: AdapterSet, pool: KvPool, arena: Arena) {
    this.#adapters = adapters;
    this.#pool = pool;
    this.#arena = arena;
  }

  /** @returns of each run, what was read, in order */
  async run(runs: readonly Run[]): Promise<ReadValue[][]> {
    const segments: AttentionSegment[] = [];
    let token = 0;
    for (const { tokens } of runs) {
      segments.push({ token, count: tokens.length, places: placesTo(tokens.at(-1)!) });
      token += tokens.length;
    }
    const reads = runs.flatMap(({ reads }, run) =>
      reads.map((read): Read => ({ ...read, at: segments[run]!.token + read.at })),
    );
    const heads = reads.filter(({ kind }) => kind !== 'hidden');
    const picked = heads.flatMap((read) => (read.kind === 'logprobs' ? read.tokens : []));
    const some = (kind: Read['kind']) => reads.some((read) => read.kind === kind);
    const shape: GraphShape = {
      tokens: roundTokens(token),
      planSize: powerOfTwo(segmentPlanSize(segments)),
      ...(this.#arena.device.hasNativeKernels
        ? {}
        : { seen: roundUp(segmentPlaces(segments).length, SEEN_STEP) }),
      heads: heads.length <= READ_STEP ? heads.length : roundUp(heads.length, READ_STEP),
      picks: roundUp(picked.length, PICK_STEP),
      argmax: some('argmax'),
      logits: some('logits'),
      hidden: some('hidden') || heads.length === 0,
    };
    const owners = runs.flatMap(({ adapter, tokens }) => tokens.map(() => adapter));
    const { decoder, name, inputs: masks } = this.#adapters.choose(owners, shape.tokens);
    const key = `${name} ${Object.values(shape).join()}`;
    const graph = this.#compiled.get(key, () => this.#build(decoder, shape));
    const values = await graph.executable.run(
      { ...this.#inputs(runs, shape), ...graph.pattern.inputs(segments), ...masks, ...headInputs() },
      [...graph.outputs.keys()],
    );
    const results = new Map(graph.outputs.map((output, index) => [output, values[index]!]));
    return distribute();

    function headInputs(): Record<string, HostArray> {
      if (heads.length === 0) return {};
      const readRows = new Int32Array(shape.heads);
      readRows.set(heads.map(({ at }) => at));
      if (shape.picks === 0) return { readRows };
      const V = decoder.spec.vocabSize;
      const places = heads.flatMap((read, head) =>
        read.kind === 'logprobs' ? read.tokens.map((id) => head * V + id) : [],
      );
      const picks = new Int32Array(shape.picks);
      picks.set(places);
      return { readRows, picks };
    }

    function distribute(): ReadValue[][] {
      const { vocabSize: V, hiddenSize: C } = decoder.spec;
      const part = (output: Compiled['outputs'][number], begin: number, length: number) =>
        (results.get(output) as Float32Array).subarray(begin, begin + length);
      let head = 0;
      let pick = 0;
      return runs.map(({ reads }, run) =>
        reads.map((read) => {
          if (read.kind === 'hidden') return part('hidden', (segments[run]!.token + read.at) * C, C);
          const row = head++;
          if (read.kind === 'logprobs') {
            pick += read.tokens.length;
            return part('logprobs', pick - read.tokens.length, read.tokens.length);
          }
          return read.kind === 'argmax' ? results.get('argmax')![row]! : part('logits', row * V, V);
        }),
      );
    }
  }

  [Symbol.dispose](): void {
    this.#compiled[Symbol.dispose]();
  }

  #build(decoder: Decoder, shape: GraphShape): Compiled {
    const pattern = new CachedAttention(decoder.spec, shape, this.#pool.layers);
    const tokens = input('tokens', [shape.tokens], 'i32');
    const positions = input('positions', [shape.tokens], 'i32');
    const hidden = hiddenStates(decoder, { tokens, positions }, pattern);
    const outputs: [Compiled['outputs'][number], Tensor][] = [];
    if (shape.hidden) outputs.push(['hidden', hidden]);
    if (shape.heads > 0) {
      const rows = embedding(hidden, input('readRows', [shape.heads], 'i32'));
      const logits = linear(rows, outputHead(decoder));
      if (shape.logits) outputs.push(['logits', logits]);
      if (shape.argmax) outputs.push(['argmax', argmax(logits)]);
      if (shape.picks > 0) {
        const flat = reshape(softmax(logits), [shape.heads * decoder.spec.vocabSize, 1]);
        const picked = embedding(flat, input('picks', [shape.picks], 'i32'));
        outputs.push(['logprobs', log(scale(picked, 1, SMALLEST_PROBABILITY))]);
      }
    }
    const executable = compile(
      outputs.map(([, tensor]) => tensor),
      this.#arena,
    );
    return { executable, pattern, outputs: outputs.map(([name]) => name) };
  }

  #inputs(runs: readonly Run[], { tokens: T }: GraphShape) {
    const tokens = new Int32Array(T);
    const positions = new Int32Array(T);
    const cacheRows = new BigInt64Array(T).fill(BigInt(this.#pool.trash));
    let index = 0;
    for (const run of runs) {
      for (const { token, place, position } of run.tokens) {
        tokens[index] = token;
        positions[index] = position;
        cacheRows[index] = BigInt(place);
        index++;
      }
    }
    return { tokens, positions, cacheRows };
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

function powerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(value, MIN_PLAN)));
}

/** Few sizes, so that few graphs are compiled, and little padding: at most a sixteenth beyond 16 tokens. */
function roundTokens(count: number): number {
  if (count <= 16) return count;
  return roundUp(count, 2 ** Math.max(0, Math.floor(Math.log2(count)) - 4));
}
