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
import { CachedAttention, type CachedShape, hiddenStates, outputHead } from '../model/index.ts';
import type { AdapterSet, Choice } from './adapter-set.ts';
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
  /** Tokens at which logits are computed; at least one where hidden states of all tokens are not wanted. */
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

/** Of a plan's numbers and of picked probabilities, which cost nothing: few sizes, so that few graphs are compiled. */
const LEAST_POWER = 256;
const SEEN_STEP = 32;
const READ_STEP = 8;
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
      heads: roundHeads(heads.length, some('hidden')),
      picks: picked.length === 0 ? 0 : powerOfTwo(picked.length),
      argmax: some('argmax'),
      logits: some('logits'),
      hidden: some('hidden'),
    };
    const owners = runs.flatMap(({ adapter, tokens }) => tokens.map(() => adapter));
    const choice = this.#adapters.choose(owners, shape.tokens);
    const { vocabSize: V, hiddenSize: C } = this.#adapters.spec;
    const key = `${choice.name} ${Object.values(shape).join()}`;
    const graph = this.#compiled.get(key, () => this.#build(choice, shape));
    const values = await graph.executable.run(
      { ...this.#inputs(runs, shape), ...graph.pattern.inputs(segments), ...choice.inputs, ...headInputs() },
      [...graph.outputs.keys()],
    );
    const results = new Map(graph.outputs.map((output, index) => [output, values[index]!]));
    return distribute();

    function headInputs(): Record<string, HostArray> {
      if (shape.heads === 0) return {};
      const readRows = new Int32Array(shape.heads);
      readRows.set(heads.map(({ at }) => at));
      if (shape.picks === 0) return { readRows };
      const places = heads.flatMap((read, head) =>
        read.kind === 'logprobs' ? read.tokens.map((id) => head * V + id) : [],
      );
      const picks = new Int32Array(shape.picks);
      picks.set(places);
      return { readRows, picks };
    }

    function distribute(): ReadValue[][] {
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

  #build(choice: Choice, shape: GraphShape): Compiled {
    const { spec } = this.#adapters;
    const pattern = new CachedAttention(spec, shape, this.#pool.layers);
    const tokens = input('tokens', [shape.tokens], 'i32');
    const positions = input('positions', [shape.tokens], 'i32');
    const readRows = shape.heads > 0 ? input('readRows', [shape.heads], 'i32') : undefined;
    // Behind the last attention, only what is read is computed.
    const read = (x: Tensor) => embedding(x, readRows!);
    const pick = shape.hidden ? undefined : read;
    const decoder = choice.decoder(pick);
    const hidden = hiddenStates(decoder, { tokens, positions }, pattern, pick);
    const outputs: [Compiled['outputs'][number], Tensor][] = [];
    const headed = shape.logits || shape.argmax || shape.picks > 0;
    if (shape.hidden || !headed) outputs.push(['hidden', hidden]);
    if (headed) {
      const logits = linear(pick ? hidden : read(hidden), outputHead(decoder));
      if (shape.logits) outputs.push(['logits', logits]);
      if (shape.argmax) outputs.push(['argmax', argmax(logits)]);
      if (shape.picks > 0) {
        const flat = reshape(softmax(logits), [shape.heads * spec.vocabSize, 1]);
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

function roundHeads(count: number, allStates: boolean): number {
  if (count <= READ_STEP) return Math.max(count, allStates ? 0 : 1);
  return roundUp(count, READ_STEP);
}

function powerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(value, LEAST_POWER)));
}

/** Few sizes, so that few graphs are compiled, and little padding: at most a sixteenth beyond 16 tokens. */
function roundTokens(count: number): number {
  if (count <= 16) return count;
  return roundUp(count, 2 ** Math.max(0, Math.floor(Math.log2(count)) - 4));
}
