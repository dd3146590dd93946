/** Memory for keys and values of tokens that were seen, layer by layer; who lies where is the prefix tree's matter. */
import { type Device, Variables, variable } from '../graph/index.ts';
import type { DecoderSpec, LayerCache } from '../model/index.ts';

export class KvPool implements Disposable {
  readonly layers: readonly LayerCache[];
  /** A place beyond those that hold tokens: padding is written there, and nobody reads it. */
  readonly trash: number;
  readonly #memory: Variables;

  /** @param places tokens that it holds; memory is taken as they are first used */
  constructor(spec: DecoderSpec, device: Device, places: number) {
    const width = spec.kvHeadCount * spec.headDim;
    const one = { shape: [places + 1, width], dtype: 'f32' } as const;
    this.trash = places;
    this.#memory = new Variables(
      device,
      spec.layers.flatMap(() => [one, one]),
      `a cache of ${places} tokens`,
    );
    this.layers = spec.layers.map((_, layer) => ({
      k: variable(this.#memory.tensors[2 * layer]!),
      v: variable(this.#memory.tensors[2 * layer + 1]!),
    }));
  }

  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
  }
}
