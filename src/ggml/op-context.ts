/**
 * Typed calls that add one ggml operation each. Every demand that ggml would enforce by ending the process is
 * checked here first and becomes a ShapeError. Shapes are outermost first; the flip to ggml's order is here.
 */
import { blockBytes, blockElements, ShapeError } from '../core/index.ts';
import { typeNumber } from './dtypes.ts';
import { ggml } from './library.ts';
import type { Pointer } from './signatures.ts';
import { DeviceTensor, ggmlSizes } from './tensor.ts';

export interface RopeOptions {
  /** Leading features of a head that turn; the rest pass through. */
  readonly dimensions: number;
  readonly base: number;
  /** Multiplies every angle; −1 turns back. */
  readonly frequencyScale: number;
}

/** enum ggml_rope_type: pairs (i, i + D/2), as in GPT-NeoX and every family here. */
const ROPE_NEOX = 2;
/** enum ggml_prec: accumulate in f32. */
const PRECISION_F32 = 10;

export class OpContext implements Disposable {
  readonly #context: Pointer;

  constructor(bytes: number) {
    this.#context = ggml().ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true });
  }

  /** @internal */
  get pointer(): Pointer {
    return this.#context;
  }

  /** x + y; y repeats along axes where it has size 1. */
  add(x: DeviceTensor, y: DeviceTensor): DeviceTensor {
    return this.#binary('ggml_add', x, y);
  }

  sub(x: DeviceTensor, y: DeviceTensor): DeviceTensor {
    return this.#binary('ggml_sub', x, y);
  }

  mul(x: DeviceTensor, y: DeviceTensor): DeviceTensor {
    return this.#binary('ggml_mul', x, y);
  }

  div(x: DeviceTensor, y: DeviceTensor): DeviceTensor {
    return this.#binary('ggml_div', x, y);
  }

  /** Adds y into x's memory; the result is x as it then is. */
  addInto(x: DeviceTensor, y: DeviceTensor): DeviceTensor {
    return this.#binary('ggml_add_inplace', x, y);
  }

  /** x · factor + bias */
  scale(x: DeviceTensor, factor: number, bias = 0): DeviceTensor {
    this.#need(x.contiguous, 'scale', 'a contiguous tensor', x);
    return this.#like(x, ggml().ggml_scale_bias(this.#context, x.pointer, factor, bias));
  }

  unary(name: 'sqr' | 'sqrt' | 'log' | 'exp' | 'tanh' | 'sigmoid' | 'silu', x: DeviceTensor): DeviceTensor {
    this.#need(x.contiguous && x.dtype === 'f32', name, 'a contiguous f32 tensor', x);
    return this.#like(x, ggml()[`ggml_${name}`](this.#context, x.pointer));
  }

  /** silu(gate) · up */
  swiglu(gate: DeviceTensor, up: DeviceTensor): DeviceTensor {
    this.#need(
      gate.contiguous && up.contiguous && sameShape(gate, up),
      'swiglu',
      'equal contiguous shapes',
      gate,
      up,
    );
    return this.#like(gate, ggml().ggml_swiglu_split(this.#context, gate.pointer, up.pointer));
  }

  /** Limits values to [low, high]. Writes over x, as ggml does: x must have no other reader. */
  clampInPlace(x: DeviceTensor, low: number, high: number): DeviceTensor {
    return this.#like(x, ggml().ggml_clamp(this.#context, x.pointer, low, high));
  }

  /** Sum over the last axis, which stays with size 1. */
  sumLast(x: DeviceTensor): DeviceTensor {
    this.#need(x.dtype === 'f32', 'sumLast', 'f32', x);
    return new DeviceTensor(
      ggml().ggml_sum_rows(this.#context, x.pointer),
      [...x.shape.slice(0, -1), 1],
      'f32',
    );
  }

  /** Index of the largest of each row: [R, C] to [R] i32. */
  argmax(x: DeviceTensor): DeviceTensor {
    this.#need(
      x.shape.length === 2 && x.contiguous && x.dtype === 'f32',
      'argmax',
      'a contiguous f32 matrix',
      x,
    );
    return new DeviceTensor(ggml().ggml_argmax(this.#context, x.pointer), [x.shape[0]!], 'i32');
  }

  /** Repeats axes of size 1 up to `shape`. */
  repeat(x: DeviceTensor, shape: readonly number[]): DeviceTensor {
    const fits = x.shape.length === shape.length && x.shape.every((size, axis) => shape[axis]! % size === 0);
    this.#need(fits && x.dtype === 'f32', 'repeat', `an f32 tensor whose sizes divide [${shape}]`, x);
    return new DeviceTensor(
      ggml().ggml_repeat_4d(this.#context, x.pointer, ...ggmlSizes(shape)),
      shape,
      'f32',
    );
  }

  /**
   * x wᵀ over the last two axes.
   * @param x f32 [..., T, K]
   * @param w [..., N, K], contiguous; its outer sizes divide x's, and x's groups share a w
   * @returns f32 [..., T, N]
   */
  matmulT(x: DeviceTensor, w: DeviceTensor): DeviceTensor {
    const outer = x.shape.slice(0, -2);
    const outerW = w.shape.slice(0, -2);
    const fits =
      x.shape.at(-1) === w.shape.at(-1) &&
      outer.length === outerW.length &&
      outer.every((size, axis) => size % outerW[axis]! === 0);
    this.#need(fits && x.dtype === 'f32', 'matmulT', 'f32 [..., T, K] by [..., N, K]', x, w);
    this.#need(x.contiguous && w.contiguous, 'matmulT', 'contiguous tensors', x, w);
    const shape = [...outer, x.shape.at(-2)!, w.shape.at(-2)!];
    return new DeviceTensor(ggml().ggml_mul_mat(this.#context, w.pointer, x.pointer), shape, 'f32');
  }

  /**
   * xᵀ y: a sum of outer products, fast where R is small.
   * @param x f32 [R, T]
   * @param y f32 [R, N]
   * @returns f32 [T, N]
   */
  outerProduct(x: DeviceTensor, y: DeviceTensor): DeviceTensor {
    const fits = x.shape.length === 2 && y.shape.length === 2 && x.shape[0] === y.shape[0];
    this.#need(fits && x.dtype === 'f32' && y.dtype === 'f32', 'outerProduct', 'f32 [R, T] and [R, N]', x, y);
    this.#need(x.contiguous && y.contiguous, 'outerProduct', 'contiguous tensors', x, y);
    const shape = [x.shape[1]!, y.shape[1]!];
    return new DeviceTensor(ggml().ggml_out_prod(this.#context, y.pointer, x.pointer), shape, 'f32');
  }

  /** Rows of a table: [N, C] of any type and [R] i32 to f32 [R, C]. */
  getRows(table: DeviceTensor, rows: DeviceTensor): DeviceTensor {
    const fits =
      table.shape.length === 2 && rows.shape.length === 1 && rows.dtype === 'i32' && table.dtype !== 'i32';
    this.#need(fits, 'getRows', 'a table [N, C] and i32 [R]', table, rows);
    const shape = [rows.shape[0]!, table.shape[1]!];
    return new DeviceTensor(ggml().ggml_get_rows(this.#context, table.pointer, rows.pointer), shape, 'f32');
  }

  /** Writes f32 rows [R, C] into a table [N, C] at i64 places [R]; the result is the table as it then is. */
  setRows(table: DeviceTensor, values: DeviceTensor, rows: DeviceTensor): DeviceTensor {
    const fits =
      table.shape.length === 2 &&
      values.shape.length === 2 &&
      table.shape[1] === values.shape[1] &&
      rows.shape.length === 1 &&
      rows.shape[0] === values.shape[0] &&
      rows.dtype === 'i64' &&
      values.dtype === 'f32';
    this.#need(fits, 'setRows', 'a table [N, C], f32 values [R, C] and i64 [R]', table, values, rows);
    return this.#like(
      table,
      ggml().ggml_set_rows(this.#context, table.pointer, values.pointer, rows.pointer),
    );
  }

  /**
   * softmax(x · scale + mask) over the last axis.
   * @param x f32 [..., T, S]
   * @param mask f32, same rank; sizes equal x's on the last two axes, and divide x's before; finite values only
   */
  softmax(x: DeviceTensor, mask: DeviceTensor | undefined, scale: number): DeviceTensor {
    this.#need(x.contiguous && x.dtype === 'f32', 'softmax', 'a contiguous f32 tensor', x);
    if (mask) {
      const [own, other] = [ggmlSizes(x.shape), ggmlSizes(mask.shape)];
      const fits =
        own[0] === other[0] && own[1] === other[1] && own[2] % other[2] === 0 && own[3] % other[3] === 0;
      this.#need(fits && mask.contiguous && mask.dtype === 'f32', 'softmax', 'a mask that fits', x, mask);
    }
    return this.#like(x, ggml().ggml_soft_max_ext(this.#context, x.pointer, mask?.pointer ?? null, scale, 0));
  }

  /** x / sqrt(mean(x²) + epsilon) over the last axis. */
  rmsNorm(x: DeviceTensor, epsilon: number): DeviceTensor {
    this.#need(x.contiguous && x.dtype === 'f32', 'rmsNorm', 'a contiguous f32 tensor', x);
    return this.#like(x, ggml().ggml_rms_norm(this.#context, x.pointer, epsilon));
  }

  /**
   * Rotary position embedding.
   * @param x f32 [T, H, D]
   * @param positions i32 [T]
   * @param frequencyFactors f32 [dimensions / 2], each divides its frequency
   */
  rope(
    x: DeviceTensor,
    positions: DeviceTensor,
    frequencyFactors: DeviceTensor | undefined,
    { dimensions, base, frequencyScale }: RopeOptions,
  ): DeviceTensor {
    const fits = x.shape.length === 3 && positions.dtype === 'i32' && positions.shape[0] === x.shape[0];
    this.#need(fits && x.dtype === 'f32' && x.contiguous, 'rope', 'f32 [T, H, D] and i32 [T]', x, positions);
    const factors = frequencyFactors?.pointer ?? null;
    return this.#like(
      x,
      ggml().ggml_rope_ext(
        this.#context,
        x.pointer,
        positions.pointer,
        factors,
        dimensions,
        ROPE_NEOX,
        0,
        base,
        frequencyScale,
        0,
        1,
        0,
        0,
      ),
    );
  }

  /**
   * softmax(q kᵀ · scale + mask) v without stored scores.
   * @param q f32 [B, H, T, D]
   * @param k [B, Hkv, S, D]
   * @param v [B, Hkv, S, D]
   * @param mask f16 [B or 1, 1, T, S]
   * @returns f32 [B, T, H, D]
   */
  flashAttention(
    q: DeviceTensor,
    k: DeviceTensor,
    v: DeviceTensor,
    mask: DeviceTensor,
    scale: number,
  ): DeviceTensor {
    const [B, H, T, D] = q.shape;
    const fits =
      q.shape.length === 4 &&
      k.shape.join() === v.shape.join() &&
      k.shape[0] === B &&
      H! % k.shape[1]! === 0 &&
      k.shape[3] === D &&
      mask.dtype === 'f16' &&
      mask.shape[2]! >= T! &&
      mask.shape[3] === k.shape[2];
    this.#need(fits && mask.contiguous, 'flashAttention', 'q, k, v and mask that fit', q, k, mask);
    const result = ggml().ggml_flash_attn_ext(
      this.#context,
      q.pointer,
      k.pointer,
      v.pointer,
      mask.pointer,
      scale,
      0,
      0,
    );
    ggml().ggml_flash_attn_ext_set_prec(result, PRECISION_F32);
    return new DeviceTensor(result, [B!, T!, H!, D!], 'f32');
  }

  /** A contiguous copy; x itself where it is contiguous. */
  contiguous(x: DeviceTensor): DeviceTensor {
    return x.contiguous ? x : this.#like(x, ggml().ggml_cont(this.#context, x.pointer));
  }

  /** A view with axes reordered: axis i of the result is axis axes[i] of x. */
  permute(x: DeviceTensor, axes: readonly number[]): DeviceTensor {
    const rank = x.shape.length;
    const valid = axes.length === rank && [...axes].sort().every((axis, index) => axis === index);
    this.#need(valid, 'permute', `an order of its axes instead of [${axes}]`, x);
    const target = [0, 1, 2, 3];
    axes.forEach((from, to) => {
      target[rank - 1 - from] = rank - 1 - to;
    });
    const [a, b, c, d] = target as [number, number, number, number];
    const shape = axes.map((axis) => x.shape[axis]!);
    const strides = axes.map((axis) => x.strides[axis]!);
    return new DeviceTensor(
      ggml().ggml_permute(this.#context, x.pointer, a, b, c, d),
      shape,
      x.dtype,
      strides,
    );
  }

  /** A view of a contiguous tensor with another shape. */
  reshape(x: DeviceTensor, shape: readonly number[]): DeviceTensor {
    this.#need(
      x.contiguous && count(x.shape) === count(shape),
      'reshape',
      `contiguous, as many as [${shape}]`,
      x,
    );
    return new DeviceTensor(
      ggml().ggml_reshape_4d(this.#context, x.pointer, ...ggmlSizes(shape)),
      shape,
      x.dtype,
    );
  }

  /** A view of `length` entries from `start` on along an axis. */
  slice(x: DeviceTensor, axis: number, start: number, length: number): DeviceTensor {
    const inside = start >= 0 && length > 0 && start + length <= (x.shape[axis] ?? 0);
    const wholeRows = x.strides.at(-1) === blockBytes(x.dtype);
    this.#need(inside && wholeRows, 'slice', `[${start}, ${start + length}) on axis ${axis}`, x);
    const shape = x.shape.map((size, index) => (index === axis ? length : size));
    const strides = [...x.strides];
    for (let i = strides.length - 2; i >= 0; i--) {
      if (shape[i] === 1) strides[i] = strides[i + 1]! * Math.ceil(shape[i + 1]! / blockElements(x.dtype));
    }
    const outermost = strides[0]! * shape[0]!;
    const [, n1 = outermost, n2 = outermost, n3 = outermost] = strides.toReversed();
    const offset = x.strides[axis]! * start;
    return new DeviceTensor(
      ggml().ggml_view_4d(this.#context, x.pointer, ...ggmlSizes(shape), n1, n2, n3, offset),
      shape,
      x.dtype,
      strides,
    );
  }

  concat(x: DeviceTensor, y: DeviceTensor, axis: number): DeviceTensor {
    const fits =
      x.dtype === y.dtype &&
      x.shape.length === y.shape.length &&
      x.shape.every((n, i) => i === axis || n === y.shape[i]);
    this.#need(fits && x.contiguous && y.contiguous, 'concat', 'contiguous, equal but for one axis', x, y);
    const shape = x.shape.map((size, index) => (index === axis ? size + y.shape[index]! : size));
    const dimension = x.shape.length - 1 - axis;
    return new DeviceTensor(
      ggml().ggml_concat(this.#context, x.pointer, y.pointer, dimension),
      shape,
      x.dtype,
    );
  }

  cast(x: DeviceTensor, dtype: 'f32' | 'f16' | 'bf16'): DeviceTensor {
    return new DeviceTensor(ggml().ggml_cast(this.#context, x.pointer, typeNumber(dtype)), x.shape, dtype);
  }

  /** Copies x into target's memory, converting; the result is target as it then is. */
  copyInto(x: DeviceTensor, target: DeviceTensor): DeviceTensor {
    this.#need(count(x.shape) === count(target.shape), 'copyInto', 'equally many elements', x, target);
    return this.#like(target, ggml().ggml_cpy(this.#context, x.pointer, target.pointer));
  }

  /**
   * AdamW in place, https://arxiv.org/abs/1711.05101.
   * @param settings f32 [7]: rate, β₁, β₂, ε, weight decay, 1/(1−β₁ᵗ), 1/(1−β₂ᵗ)
   */
  adamw(
    parameter: DeviceTensor,
    { gradient, mean, variance }: { gradient: DeviceTensor; mean: DeviceTensor; variance: DeviceTensor },
    settings: DeviceTensor,
  ): DeviceTensor {
    const all = [parameter, gradient, mean, variance];
    const fits = all.every(
      (tensor) => sameShape(tensor, parameter) && tensor.dtype === 'f32' && tensor.contiguous,
    );
    this.#need(fits && settings.shape[0] === 7, 'adamw', 'four equal f32 tensors and seven settings', ...all);
    return this.#like(
      parameter,
      ggml().ggml_opt_step_adamw(
        this.#context,
        parameter.pointer,
        gradient.pointer,
        mean.pointer,
        variance.pointer,
        settings.pointer,
      ),
    );
  }

  [Symbol.dispose](): void {
    ggml().ggml_free(this.#context);
  }

  #binary(
    name: 'ggml_add' | 'ggml_sub' | 'ggml_mul' | 'ggml_div' | 'ggml_add_inplace',
    x: DeviceTensor,
    y: DeviceTensor,
  ): DeviceTensor {
    const offset = x.shape.length - y.shape.length;
    const fits = offset >= 0 && y.shape.every((size, axis) => x.shape[axis + offset]! % size === 0);
    this.#need(
      fits && x.dtype === 'f32' && y.dtype === 'f32',
      name.slice(5),
      'f32, the second repeating',
      x,
      y,
    );
    return this.#like(x, ggml()[name](this.#context, x.pointer, y.pointer));
  }

  #like(x: DeviceTensor, pointer: Pointer): DeviceTensor {
    return new DeviceTensor(pointer, x.shape, x.dtype);
  }

  #need(condition: boolean, op: string, demand: string, ...given: DeviceTensor[]): void {
    if (condition) return;
    const shown = given.map(({ dtype, shape }) => `${dtype} [${shape}]`).join(', ');
    throw new ShapeError(`${op}: needs ${demand}, got ${shown}`);
  }
}

function sameShape(x: DeviceTensor, y: DeviceTensor): boolean {
  return x.shape.length === y.shape.length && x.shape.every((size, axis) => size === y.shape[axis]);
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
