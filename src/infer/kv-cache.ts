/** Keys and values of tokens that were seen: one slot a row of a batch, `capacity` places a slot. */
import {
  type Device,
  embedding,
  input,
  repeat,
  reshape,
  setRows,
  type Tensor,
  Variables,
  variable,
} from '../graph/index.ts';
import type { DecoderSpec, LayerCache } from '../model/index.ts';

export class KvCache implements Disposable {
  readonly slots: number;
  readonly capacity: number;
  readonly layers: readonly LayerCache[];
  readonly #memory: Variables;

  constructor(spec: DecoderSpec, device: Device, { slots, capacity }: { slots: number; capacity: number }) {
    this.slots = slots;
    this.capacity = capacity;
    const width = spec.kvHeadCount * spec.headDim;
    const one = { shape: [slots * this.slotRows, width], dtype: 'f32' } as const;
    this.#memory = new Variables(
      device,
      spec.layers.flatMap(() => [one, one]),
      `a cache of ${slots} x ${capacity} tokens`,
    );
    this.#memory.clear();
    this.layers = spec.layers.map((_, layer) => ({
      k: variable(this.#memory.tensors[2 * layer]!),
      v: variable(this.#memory.tensors[2 * layer + 1]!),
    }));
  }

  /** Rows of a slot in memory: one more than places, where padding is written to and nobody looks. */
  get slotRows(): number {
    return this.capacity + 1;
  }

  /** The cache's row of a place in a slot. */
  row(slot: number, place: number): bigint {
    return BigInt(slot * this.slotRows + place);
  }

  /** Where padding of a slot goes. */
  trash(slot: number): bigint {
    return this.row(slot, this.capacity);
  }

  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
  }
}

/**
 * Copies the first places of slot 0 to others: a prefix that many rows share is computed once.
 * Inputs: source i32 [count], target i64 [copies · count].
 * @returns the effects to compile
 */
export function sharePrefixGraph(cache: KvCache, count: number, copies: number): Tensor[] {
  const source = input('source', [count], 'i32');
  const target = input('target', [copies * count], 'i64');
  const spread = (table: Tensor) => {
    const width = table.shape[1]!;
    const rows = reshape(embedding(table, source), [1, count * width]);
    return setRows(table, reshape(repeat(rows, [copies, count * width]), [copies * count, width]), target);
  };
  return cache.layers.flatMap(({ k, v }) => [spread(k), spread(v)]);
}
