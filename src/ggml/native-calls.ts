/**
 * What native kernels are told: for every call a small block of native memory with sizes and addresses, laid out as
 * native/call.h says. Addresses are filled in once the graph has its place in memory.
 */
import koffi from 'koffi';
import { assert } from '../core/index.ts';
import { ggml } from './library.ts';
import type { Pointer } from './signatures.ts';

const PARAMETERS = 16;
const INPUTS = 8;
const INPUT_OFFSET = PARAMETERS * 8;
const OUTPUT_OFFSET = INPUT_OFFSET + INPUTS * 8;
const CALL_BYTES = 256;
/** Calls whose blocks are allocated together. */
const CALLS_PER_BLOCK = 64;

export class NativeCalls implements Disposable {
  readonly #blocks: { address: bigint; view: DataView }[] = [];
  readonly #calls: { inputs: readonly Pointer[]; output: Pointer }[] = [];

  /** @returns the address that the kernel gets as its user data */
  add(parameters: readonly number[]): bigint {
    assert(parameters.length <= PARAMETERS, 'too many parameters for a native call');
    const { block, offset } = this.#place(this.#calls.length);
    for (const [index, value] of parameters.entries()) {
      block.view.setBigInt64(offset + index * 8, BigInt(value), true);
    }
    this.#calls.push({ inputs: [], output: null });
    return block.address + BigInt(offset);
  }

  /** Which tensors the latest call reads and writes. */
  connect(inputs: readonly Pointer[], output: Pointer): void {
    assert(inputs.length <= INPUTS, 'too many inputs for a native call');
    this.#calls[this.#calls.length - 1] = { inputs, output };
  }

  /** Fills in the addresses of all tensors; to be called after the graph was placed. */
  bind(): void {
    const data = (tensor: Pointer) => (ggml().ggml_get_data(tensor) as bigint | null) ?? 0n;
    for (const [index, { inputs, output }] of this.#calls.entries()) {
      const { block, offset } = this.#place(index);
      for (const [i, input] of inputs.entries()) {
        block.view.setBigInt64(offset + INPUT_OFFSET + i * 8, data(input), true);
      }
      block.view.setBigInt64(offset + OUTPUT_OFFSET, data(output), true);
    }
  }

  [Symbol.dispose](): void {
    for (const { address } of this.#blocks.splice(0)) koffi.free(address);
  }

  #place(index: number) {
    const number = Math.floor(index / CALLS_PER_BLOCK);
    if (number === this.#blocks.length) {
      const bytes = CALLS_PER_BLOCK * CALL_BYTES;
      const address = koffi.alloc('uint8', bytes) as bigint;
      const view = new DataView(koffi.view(address, bytes));
      for (let i = 0; i < bytes; i += 8) view.setBigInt64(i, 0n);
      this.#blocks.push({ address, view });
    }
    return { block: this.#blocks[number]!, offset: (index % CALLS_PER_BLOCK) * CALL_BYTES };
  }
}

/** A float among whole parameters: value · 2³². */
export function encodeFloat(value: number): number {
  return Math.round(value * 4294967296);
}
