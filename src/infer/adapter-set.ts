/**
 * Several adapters over one base model in one pass. Where all tokens have the same one, or none, it is the decoder's as
 * usual. Else all adapters are one wide one: their A one below the other, their B side by side, and each token's part
 * through A is multiplied by its own adapter's scaling, and by 0 for the others. That is exact.
 */
import { assert } from '../core/index.ts';
import {
  type Device,
  type DeviceTensor,
  elementCount,
  type HostArray,
  input,
  linear,
  lowRankDown,
  lowRankLinear,
  mul,
  readTensor,
  type Tensor,
  Variables,
  variable,
  writeTensor,
} from '../graph/index.ts';
import {
  type Decoder,
  type DecoderSpec,
  LINEAR_MODULES,
  type LinearModule,
  LoraBranches,
  type LoraParameter,
  type LoraSpec,
  linearShape,
  loraScaling,
} from '../model/index.ts';

/** An adapter on the device, as loading gives it. */
export interface EngineAdapter {
  readonly lora: LoraSpec;
  readonly parameters: readonly LoraParameter[];
  /** f32 [parameters] */
  readonly flat: DeviceTensor;
}

/** What a pass computes with. */
export interface Choice {
  /** Tells decoders apart. */
  readonly name: string;
  /** @param pick the tokens that are computed behind the last attention */
  decoder(pick: ((x: Tensor) => Tensor) | undefined): Decoder;
  readonly inputs: Record<string, HostArray>;
}

const MASK = 'adapterMask';
const BEHIND_ATTENTION: readonly LinearModule[] = ['o_proj', 'gate_proj', 'up_proj', 'down_proj'];

export class AdapterSet implements Disposable {
  readonly #base: Decoder;
  readonly #adapters: ReadonlyMap<string, EngineAdapter>;
  readonly #device: Device;
  readonly #single = new Map<string, Decoder>();
  #wide: WideAdapter | undefined;

  constructor(base: Decoder, adapters: ReadonlyMap<string, EngineAdapter>, device: Device) {
    this.#base = base;
    this.#adapters = adapters;
    this.#device = device;
    for (const [name, { lora, parameters, flat }] of adapters) {
      const adapter = new LoraBranches(lora, parameters, variable(flat));
      this.#single.set(name, { ...base, adapter });
    }
  }

  get spec(): DecoderSpec {
    return this.#base.spec;
  }

  get names(): string[] {
    return [...this.#adapters.keys()];
  }

  /** @param owners each token's adapter @param T tokens of the graph, at least as many */
  choose(owners: readonly (string | undefined)[], T: number): Choice {
    const [first] = owners;
    if (owners.every((owner) => owner === first)) {
      return first === undefined
        ? { name: 'base', decoder: () => this.#base, inputs: {} }
        : { name: `only ${first}`, decoder: () => this.#single.get(first)!, inputs: {} };
    }
    this.#wide ??= new WideAdapter(this.#base, this.#adapters, this.#device);
    const wide = this.#wide;
    return {
      name: 'mixed',
      inputs: { [MASK]: wide.mask(owners, T) },
      decoder: (pick) => {
        const mask = input(MASK, [T, wide.columns]);
        return { ...this.#base, adapter: wide.branches(mask, pick ? pick(mask) : mask) };
      },
    };
  }

  [Symbol.dispose](): void {
    this.#wide?.[Symbol.dispose]();
  }
}

class WideAdapter implements Disposable {
  /** Σ r of all adapters. */
  readonly columns: number;
  readonly #lastLayer: number;
  readonly #memory: Variables;
  readonly #sides = new Map<string, { a: Tensor; b: Tensor }>();
  readonly #spans = new Map<string, { begin: number; rank: number; scaling: number }>();

  constructor(base: Decoder, adapters: ReadonlyMap<string, EngineAdapter>, device: Device) {
    let columns = 0;
    for (const [name, { lora }] of adapters) {
      this.#spans.set(name, { begin: columns, rank: lora.rank, scaling: loraScaling(lora) });
      columns += lora.rank;
    }
    this.columns = columns;
    this.#lastLayer = base.spec.layers.length - 1;
    const modules = LINEAR_MODULES.filter((module) =>
      [...adapters.values()].some(({ lora }) => lora.modules.includes(module)),
    );
    const keys = base.spec.layers.flatMap((_, layer) => modules.map((module) => ({ layer, module })));
    const specs = keys.flatMap(({ module }) => {
      const [outputs, inputs] = linearShape(base.spec, module);
      return [
        { shape: [columns, inputs], dtype: 'f32' },
        { shape: [outputs, columns], dtype: 'f32' },
      ] as const;
    });
    this.#memory = new Variables(device, specs, 'adapters side by side');
    this.#memory.clear();
    const places = new Map<string, DeviceTensor>();
    for (const [index, { layer, module }] of keys.entries()) {
      const [a, b] = [this.#memory.tensors[2 * index]!, this.#memory.tensors[2 * index + 1]!];
      this.#sides.set(`${layer}.${module}`, { a: variable(a), b: variable(b) });
      places.set(`${layer}.${module}.A`, a).set(`${layer}.${module}.B`, b);
    }
    for (const [name, adapter] of adapters) this.#copy(name, adapter, places);
  }

  /** @returns [T, columns]: each token's scaling at its own adapter's columns */
  mask(owners: readonly (string | undefined)[], T: number): Float32Array {
    const mask = new Float32Array(T * this.columns);
    for (const [token, owner] of owners.entries()) {
      if (owner === undefined) continue;
      const { begin, rank, scaling } = this.#spans.get(owner)!;
      mask.fill(scaling, token * this.columns + begin, token * this.columns + begin + rank);
    }
    return mask;
  }

  /** @param picked the mask of those tokens that are computed behind the last attention */
  branches(mask: Tensor, picked: Tensor): NonNullable<Decoder['adapter']> {
    return {
      linear: (x: Tensor, weight: Tensor, layer: number, module: LinearModule) => {
        const sides = this.#sides.get(`${layer}.${module}`);
        if (!sides) return linear(x, weight);
        const behind = layer === this.#lastLayer && BEHIND_ATTENTION.includes(module);
        const u = mul(lowRankDown(x, sides.a, 1, false), behind ? picked : mask);
        return lowRankLinear(x, weight, { u, v: sides.b });
      },
    };
  }

  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
  }

  #copy(name: string, { lora, parameters, flat }: EngineAdapter, places: Map<string, DeviceTensor>): void {
    const { begin } = this.#spans.get(name)!;
    const values = new Float32Array(elementCount(flat.shape));
    readTensor(flat, values);
    for (const { layer, module, side, shape, offset } of parameters) {
      const target = places.get(`${layer}.${module}.${side}`);
      assert(target, `no place for ${layer}.${module}`);
      const own = values.subarray(offset, offset + elementCount(shape));
      if (side === 'A') {
        writeTensor(target, own, begin * shape[1] * Float32Array.BYTES_PER_ELEMENT);
        continue;
      }
      for (let row = 0; row < shape[0]; row++) {
        const part = own.subarray(row * lora.rank, (row + 1) * lora.rank);
        writeTensor(target, part, (row * this.columns + begin) * Float32Array.BYTES_PER_ELEMENT);
      }
    }
  }
}
