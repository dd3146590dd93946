/**
 * The machine's limit for products with bf16 weights: what the graph's own `linear` reaches on a shape so large and
 * simple that nothing but the multiplication counts. A training cannot be faster than this.
 */
import { Random } from '../../src/core/index.ts';
import {
  Arena,
  compile,
  fromFloat32,
  input,
  linear,
  Variables,
  variable,
  writeTensor,
} from '../../src/graph/index.ts';
import { openDevice } from '../../src/load/index.ts';

interface ProductsOrder {
  readonly threads: number | null;
  /** Rows that are multiplied. */
  readonly rows: number;
  /** The weight is [width, width]. */
  readonly width: number;
  readonly runs: number;
}

interface ProductsOutcome {
  readonly gigaFlops: readonly number[];
  readonly threads: number;
  /** The own kernels' instruction set, or `ggml` where there are none. */
  readonly kernels: string;
}

/** Products one after the other in a graph, so that copying the input hardly counts. */
const CHAINED = 4;

export async function measureProducts({
  threads,
  rows,
  width,
  runs,
}: ProductsOrder): Promise<ProductsOutcome> {
  using device = openDevice({ name: 'cpu', threads });
  using memory = new Variables(device, [{ shape: [width, width], dtype: 'bf16' }], 'a weight');
  const random = new Random(1);
  const scale = 1 / Math.sqrt(width);
  for (let row = 0; row < width; row++) {
    const values = Float32Array.from({ length: width }, () => (2 * random.uniform() - 1) * scale);
    writeTensor(memory.tensors[0]!, fromFloat32(values, 'bf16'), row * width * 2);
  }
  using arena = new Arena(device);
  const weight = variable(memory.tensors[0]!);
  let y = input('x', [rows, width]);
  for (let i = 0; i < CHAINED; i++) y = linear(y, weight);
  using graph = compile([y], arena);
  const x = Float32Array.from({ length: rows * width }, () => random.uniform() - 0.5);
  await graph.run({ x });
  const gigaFlops: number[] = [];
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    await graph.run({ x });
    gigaFlops.push((CHAINED * 2 * rows * width * width) / (performance.now() - began) / 1e6);
  }
  return { gigaFlops, threads: device.threads, kernels: device.nativeKernels?.variant ?? 'ggml' };
}
