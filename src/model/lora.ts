/**
 * Low-rank adapters, https://arxiv.org/abs/2106.09685: y = W x + scaling · B A x. All parameters lie in one flat
 * f32 buffer, so that the optimizer makes one pass.
 */
import { ConfigError, type Random } from '../core/index.ts';
import {
  adaptedLinear,
  add,
  elementCount,
  linear,
  matmulT,
  reshape,
  scale,
  slice,
  type Tensor,
} from '../graph/index.ts';
import { type DecoderSpec, LINEAR_MODULES, type LinearModule, linearPath, linearShape } from './spec.ts';

export interface LoraSpec {
  readonly rank: number;
  readonly alpha: number;
  /** scaling = alpha / sqrt(rank) instead of alpha / rank, https://arxiv.org/abs/2312.03732. */
  readonly rankStabilized: boolean;
  readonly dropout: number;
  readonly modules: readonly LinearModule[];
}

export interface LoraParameter {
  /** PEFT's name in its files: `base_model.model.….lora_A.weight`. */
  readonly name: string;
  readonly layer: number;
  readonly module: LinearModule;
  readonly side: 'A' | 'B';
  readonly shape: readonly [number, number];
  /** Elements from the start of the flat buffer. */
  readonly offset: number;
}

export function loraScaling({ rank, alpha, rankStabilized }: LoraSpec): number {
  return rankStabilized ? alpha / Math.sqrt(rank) : alpha / rank;
}

/** `all`, or module names as PEFT matches them. @throws ConfigError on a name that no layer has */
export function loraModules(targets: readonly string[]): LinearModule[] {
  if (targets.length === 1 && targets[0] === 'all') return [...LINEAR_MODULES];
  const unknown = targets.filter((target) => !LINEAR_MODULES.includes(target as LinearModule));
  if (unknown.length > 0 || targets.length === 0) {
    throw new ConfigError(
      `lora_target: ${unknown.join(', ') || 'nothing'} is no linear layer of the model; ` +
        `use all, or some of ${LINEAR_MODULES.join(', ')}`,
    );
  }
  return LINEAR_MODULES.filter((module) => targets.includes(module));
}

/** The adapter's parameters in the order of the flat buffer. */
export function loraParameters(spec: DecoderSpec, lora: Pick<LoraSpec, 'rank' | 'modules'>): LoraParameter[] {
  const parameters: LoraParameter[] = [];
  let offset = 0;
  for (let layer = 0; layer < spec.layers.length; layer++) {
    for (const module of lora.modules) {
      const [outputs, inputs] = linearShape(spec, module);
      const path = `base_model.model.${linearPath(layer, module)}`;
      for (const side of ['A', 'B'] as const) {
        const shape = side === 'A' ? ([lora.rank, inputs] as const) : ([outputs, lora.rank] as const);
        parameters.push({ name: `${path}.lora_${side}.weight`, layer, module, side, shape, offset });
        offset += elementCount(shape);
      }
    }
  }
  return parameters;
}

/** Start values: A uniform in ±1/√inputs (Kaiming, a = √5), B zero; as PEFT does. */
export function initialLora(parameters: readonly LoraParameter[], random: Random): Float32Array {
  const values = new Float32Array(parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0));
  for (const { side, shape, offset } of parameters) {
    if (side === 'B') continue;
    const bound = 1 / Math.sqrt(shape[1]);
    for (let i = 0; i < elementCount(shape); i++) values[offset + i] = (2 * random.uniform() - 1) * bound;
  }
  return values;
}

/** An adapter inside a graph. */
export class LoraBranches {
  readonly #scaling: number;
  readonly #tensors = new Map<string, Tensor>();
  readonly #dropped: ((x: Tensor, key: string) => Tensor) | undefined;

  /**
   * @param flat f32 [parameters]
   * @param dropout gives x with elements dropped and the rest scaled up; one mask per key
   */
  constructor(
    lora: LoraSpec,
    parameters: readonly LoraParameter[],
    flat: Tensor,
    dropout?: (x: Tensor, key: string) => Tensor,
  ) {
    this.#scaling = loraScaling(lora);
    this.#dropped = dropout;
    for (const { layer, module, side, shape, offset } of parameters) {
      const view = reshape(slice(flat, 0, offset, elementCount(shape)), shape);
      this.#tensors.set(`${layer}.${module}.${side}`, view);
    }
  }

  /** The parameters as they stand in the graph, in the order of `parameters`. */
  get tensors(): Tensor[] {
    return [...this.#tensors.values()];
  }

  /** A linear layer with this adapter's part; without one where the layer has none. */
  linear(x: Tensor, weight: Tensor, layer: number, module: LinearModule): Tensor {
    const key = `${layer}.${module}`;
    const a = this.#tensors.get(`${key}.A`);
    const b = this.#tensors.get(`${key}.B`);
    if (!a || !b) return linear(x, weight);
    if (!this.#dropped) return adaptedLinear(x, weight, { a, b, factor: this.#scaling });
    const low = matmulT(this.#dropped(x, key), a);
    return add(linear(x, weight), matmulT(scale(low, this.#scaling), b));
  }
}
