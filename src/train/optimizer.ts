/**
 * AdamW over one flat buffer of parameters: gradients, both moments, clipping by the global norm. Two small graphs,
 * whatever the number of layers.
 */
import {
  type Arena,
  adamw,
  compile,
  type DeviceTensor,
  type Executable,
  input,
  mul,
  readTensor,
  reshape,
  sqr,
  sumLast,
  type Tensor,
  Variables,
  variable,
  writeTensor,
} from '../graph/index.ts';

export interface AdamwSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Gradients with a larger norm are scaled down to it; 0 for no limit. */
  readonly maxGradNorm: number;
}

/** What a checkpoint keeps of the optimizer. */
export interface OptimizerState {
  readonly updates: number;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** torch.nn.utils.clip_grad_norm_ adds this to the norm. */
const CLIP_EPSILON = 1e-6;
/** Longest row that a sum runs over before partial sums are added. */
const MAX_ROW = 4096;

export class Optimizer implements Disposable {
  readonly #settings: AdamwSettings;
  readonly #memory: Variables;
  readonly #norm: Executable;
  readonly #update: Executable;
  #updates = 0;

  /** @param parameters trainable f32 [N] */
  constructor(parameters: DeviceTensor, settings: AdamwSettings, arena: Arena) {
    const count = parameters.shape[0]!;
    const spec = { shape: [count], dtype: 'f32' } as const;
    this.#settings = settings;
    this.#memory = new Variables(arena.device, [spec, spec, spec], 'gradients and optimizer state');
    this.#memory.clear();
    const [gradient, mean, variance] = this.#memory.tensors.map(variable) as [Tensor, Tensor, Tensor];
    const width = Math.min(MAX_ROW, count & -count);
    const partial = sumLast(sqr(reshape(gradient, [count / width, width])));
    this.#norm = compile([sumLast(reshape(partial, [1, count / width]))], arena);
    const clipped = mul(gradient, input('clip', [1]));
    const state = { gradient: clipped, mean, variance };
    this.#update = compile([adamw(variable(parameters), state, input('settings', [7]))], arena);
  }

  /** The flat gradient that micro batches add to. */
  get gradient(): DeviceTensor {
    return this.#memory.tensors[0]!;
  }

  /**
   * One update from the gradient summed so far, which is zero afterwards.
   * @returns the gradient's norm before clipping
   */
  async step(rate: number): Promise<number> {
    const { beta1, beta2, epsilon, weightDecay, maxGradNorm } = this.#settings;
    const [square] = await this.#norm.run({}, [0]);
    const norm = Math.sqrt(square![0]!);
    const clip = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (norm + CLIP_EPSILON)) : 1;
    this.#updates++;
    const correction = (beta: number) => 1 / (1 - beta ** this.#updates);
    await this.#update.run({
      clip: Float32Array.of(clip),
      settings: Float32Array.of(
        rate,
        beta1,
        beta2,
        epsilon,
        weightDecay,
        correction(beta1),
        correction(beta2),
      ),
    });
    writeTensor(this.gradient, new Float32Array(this.gradient.shape[0]!));
    return norm;
  }

  state(): OptimizerState {
    const [, mean, variance] = this.#memory.tensors.map((tensor) => {
      const values = new Float32Array(tensor.shape[0]!);
      readTensor(tensor, values);
      return values;
    });
    return { updates: this.#updates, mean: mean!, variance: variance! };
  }

  restore({ updates, mean, variance }: OptimizerState): void {
    this.#updates = updates;
    writeTensor(this.#memory.tensors[1]!, mean);
    writeTensor(this.#memory.tensors[2]!, variance);
  }

  [Symbol.dispose](): void {
    this.#norm[Symbol.dispose]();
    this.#update[Symbol.dispose]();
    this.#memory[Symbol.dispose]();
  }
}
