/** Puts a call of an own kernel into a graph, as a custom operation of ggml. */
import { assert } from '../core/index.ts';
import { need } from './demands.ts';
import { typeNumber } from './dtypes.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { ggml } from './library.ts';
import { type DeviceTensor, ggmlSizes } from './tensor.ts';

/** n_tasks of a custom operation: as many as the device has threads. */
const ALL_THREADS = -1;

export interface NativeOperation {
  /** Its name in native/. */
  readonly kernel: string;
  readonly inputs: readonly DeviceTensor[];
  /** Whole numbers, see `encodeFloat`. */
  readonly parameters: readonly number[];
  /** Of the f32 result; absent where the kernel changes its first input, which then is the result. */
  readonly shape?: readonly number[];
}

export function addNativeOperation(
  builder: GraphBuilder,
  { kernel, inputs, parameters, shape }: NativeOperation,
): DeviceTensor {
  const { nativeKernels } = builder.device;
  assert(nativeKernels, `no own kernels here for ${kernel}`);
  const plain = inputs.every(({ contiguous }) => contiguous);
  need(plain, kernel, 'contiguous tensors', ...inputs);
  const address = nativeKernels.symbol(kernel);
  const call = builder.nativeCalls.add(parameters);
  const used = inputs.map((tensor) => builder.use(tensor));
  const list = new BigInt64Array(used.map((pointer) => pointer!));
  const custom = [address, ALL_THREADS, call] as const;
  const result = shape
    ? ggml().ggml_custom_4d(
        builder.next(),
        typeNumber('f32'),
        ...ggmlSizes(shape),
        list,
        used.length,
        ...custom,
      )
    : ggml().ggml_custom_inplace(builder.next(), used[0]!, list.subarray(1), used.length - 1, ...custom);
  builder.nativeCalls.connect(used, result);
  return builder.tensor(result, shape ? { shape } : inputs[0]!);
}
