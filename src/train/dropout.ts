/**
 * LoRA dropout without a random number per element: every token of every layer takes one row at random out of a
 * pool of ready masks. Masks are drawn by seed, rows by seed and step, so that a resumed run sees the same ones.
 */
import { Random } from '../core/index.ts';
import {
  type Device,
  embedding,
  input,
  mul,
  type Tensor,
  Variables,
  variable,
  writeTensor,
} from '../graph/index.ts';

/** Masks per width: far more than a batch has tokens. */
const POOL_ROWS = 4096;

export class DropoutPool implements Disposable {
  readonly #memory: Variables;
  readonly #byWidth: ReadonlyMap<number, Tensor>;

  /** @param widths the input sizes of the layers that drop */
  constructor(
    device: Device,
    { widths, rate, seed }: { widths: readonly number[]; rate: number; seed: number },
  ) {
    const distinct = [...new Set(widths)];
    const specs = distinct.map((width) => ({ shape: [POOL_ROWS, width], dtype: 'f32' }) as const);
    this.#memory = new Variables(device, specs, 'dropout masks');
    const random = new Random(seed);
    for (const [index, width] of distinct.entries()) {
      const kept = () => (random.uniform() < rate ? 0 : 1 / (1 - rate));
      writeTensor(this.#memory.tensors[index]!, Float32Array.from({ length: POOL_ROWS * width }, kept));
    }
    this.#byWidth = new Map(distinct.map((width, index) => [width, variable(this.#memory.tensors[index]!)]));
  }

  /** x [T, C] with masks drawn by the input `dropout.<key>`. */
  drop(x: Tensor, key: string): Tensor {
    const rows = input(`dropout.${key}`, [x.shape[0]!], 'i32');
    return mul(x, embedding(this.#byWidth.get(x.shape[1]!)!, rows));
  }

  /** Values of the inputs of one micro batch. @param dropped rows of x by key */
  static draw(dropped: ReadonlyMap<string, number>, seed: number): Record<string, Int32Array> {
    const random = new Random(seed);
    const draw = (rows: number) => Int32Array.from({ length: rows }, () => random.bits() % POOL_ROWS);
    return Object.fromEntries([...dropped].map(([key, rows]) => [`dropout.${key}`, draw(rows)]));
  }

  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
  }
}
