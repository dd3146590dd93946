/**
 * Typed calls that add one ggml operation each. Every demand that ggml would enforce by ending the process is
 * checked here first and becomes a ShapeError. Shapes are outermost first; the flip to ggml's order is here.
 */
import { blockElements, isQuantized } from '../core/index.ts';
import { count, hasRows, isFloat, isPlainF32, need, sameShape } from './demands.ts';
import type { Device } from './device.ts';
import { typeNumber } from './dtypes.ts';
import { GraphBuilder, type Layout } from './graph-builder.ts';
import { ggml } from './library.ts';
import { addNativeOperation, type NativeOperation } from './native-operation.ts';
import type { Pointer } from './signatures.ts';
import { type DeviceTensor, ggmlSizes } from './tensor.ts';

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

/** A graph under construction. */
export class OpContext implements Disposable {
  /** @internal */
  readonly builder: GraphBuilder;

  constructor(device: Device) {
    this.builder = new GraphBuilder(device);
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
    return this.#binary('ggml_add_inplace', x, y, x);
  }

  /** x · factor + bias */
  scale(x: DeviceTensor, factor: number, bias = 0): DeviceTensor {
    need(isPlainF32(x), 'scale', 'a contiguous f32 tensor', x);
    return this.builder.tensor(
      ggml().ggml_scale_bias(this.builder.next(), this.builder.use(x), factor, bias),
      x,
    );
  }

  unary(name: 'sqr' | 'sqrt' | 'log' | 'exp' | 'tanh' | 'sigmoid' | 'silu', x: DeviceTensor): DeviceTensor {
    need(isPlainF32(x), name, 'a contiguous f32 tensor', x);
    return this.builder.tensor(ggml()[`ggml_${name}`](this.builder.next(), this.builder.use(x)), x);
  }

  /** silu(gate) · up */
  swiglu(gate: DeviceTensor, up: DeviceTensor): DeviceTensor {
    const fits = isPlainF32(gate) && isPlainF32(up) && sameShape(gate, up);
    need(fits, 'swiglu', 'equal contiguous f32 tensors', gate, up);
    return this.builder.tensor(
      ggml().ggml_swiglu_split(this.builder.next(), this.builder.use(gate), this.builder.use(up)),
      gate,
    );
  }

  /** Limits values to [low, high]. Writes over x, as ggml does: x must have no other reader. */
  clampInPlace(x: DeviceTensor, low: number, high: number): DeviceTensor {
    need(isPlainF32(x), 'clamp', 'a contiguous f32 tensor', x);
    return this.builder.tensor(ggml().ggml_clamp(this.builder.next(), this.builder.use(x), low, high), x);
  }

  /** Sum over the last axis, which stays with size 1. */
  sumLast(x: DeviceTensor): DeviceTensor {
    need(hasRows(x) && x.dtype === 'f32', 'sumLast', 'f32 with contiguous rows', x);
    return this.builder.tensor(ggml().ggml_sum_rows(this.builder.next(), this.builder.use(x)), {
      shape: [...x.shape.slice(0, -1), 1],
    });
  }

  /** Index of the largest of each row: [R, C] to [R] i32. */
  argmax(x: DeviceTensor): DeviceTensor {
    need(x.shape.length === 2 && isPlainF32(x), 'argmax', 'a contiguous f32 matrix', x);
    return this.builder.tensor(ggml().ggml_argmax(this.builder.next(), this.builder.use(x)), {
      shape: [x.shape[0]!],
      dtype: 'i32',
    });
  }

  /** Repeats every axis up to `shape`, whose sizes are multiples. */
  repeat(x: DeviceTensor, shape: readonly number[]): DeviceTensor {
    const fits = x.shape.length === shape.length && x.shape.every((size, axis) => shape[axis]! % size === 0);
    need(
      fits && hasRows(x) && x.dtype === 'f32',
      'repeat',
      `f32 with contiguous rows whose sizes divide [${shape}]`,
      x,
    );
    const sizes = ggmlSizes(shape);
    return this.builder.tensor(ggml().ggml_repeat_4d(this.builder.next(), this.builder.use(x), ...sizes), {
      shape,
    });
  }

  /**
   * x wᵀ over the last two axes.
   * @param x f32 [..., T, K]
   * @param w [..., N, K] of any float type; its outer sizes divide x's, and x's groups share a w
   * @returns f32 [..., T, N]
   */
  matmulT(x: DeviceTensor, w: DeviceTensor): DeviceTensor {
    const outer = x.shape.slice(0, -2);
    const outerW = w.shape.slice(0, -2);
    const fits =
      x.shape.length >= 2 &&
      x.shape.length === w.shape.length &&
      x.shape.at(-1) === w.shape.at(-1) &&
      outer.every((size, axis) => size % outerW[axis]! === 0);
    need(fits && isPlainF32(x), 'matmulT', 'contiguous f32 [..., T, K] by [..., N, K]', x, w);
    need(w.contiguous && (isFloat(w.dtype) || isQuantized(w.dtype)), 'matmulT', 'contiguous floats', x, w);
    const shape = [...outer, x.shape.at(-2)!, w.shape.at(-2)!];
    return this.builder.tensor(
      ggml().ggml_mul_mat(this.builder.next(), this.builder.use(w), this.builder.use(x)),
      { shape },
    );
  }

  /**
   * xᵀ y: a sum of outer products, fast where R is small.
   * @param x f32 [R, T]
   * @param y f32 [R, N]
   * @returns f32 [T, N]
   */
  outerProduct(x: DeviceTensor, y: DeviceTensor): DeviceTensor {
    const fits = x.shape.length === 2 && y.shape.length === 2 && x.shape[0] === y.shape[0];
    need(fits && isPlainF32(x) && isPlainF32(y), 'outerProduct', 'contiguous f32 [R, T] and [R, N]', x, y);
    const shape = [x.shape[1]!, y.shape[1]!];
    return this.builder.tensor(
      ggml().ggml_out_prod(this.builder.next(), this.builder.use(y), this.builder.use(x)),
      { shape },
    );
  }

  /** Rows of a table: [N, C] of any float type and [R] i32 to f32 [R, C]. */
  getRows(table: DeviceTensor, rows: DeviceTensor): DeviceTensor {
    const readable = hasRows(table) && (isFloat(table.dtype) || isQuantized(table.dtype));
    const fits = table.shape.length === 2 && rows.shape.length === 1 && rows.dtype === 'i32';
    need(readable && fits && rows.contiguous, 'getRows', 'a table [N, C] and i32 [R]', table, rows);
    const shape = [rows.shape[0]!, table.shape[1]!];
    return this.builder.tensor(
      ggml().ggml_get_rows(this.builder.next(), this.builder.use(table), this.builder.use(rows)),
      { shape },
    );
  }

  /** Writes f32 rows [R, C] into a table [N, C] at i32 or i64 places [R]; the result is the table as it then is. */
  setRows(table: DeviceTensor, values: DeviceTensor, rows: DeviceTensor): DeviceTensor {
    const fits =
      table.shape.length === 2 &&
      values.shape.length === 2 &&
      table.shape[1] === values.shape[1] &&
      rows.shape.length === 1 &&
      rows.shape[0] === values.shape[0] &&
      (rows.dtype === 'i64' || rows.dtype === 'i32');
    const usable = hasRows(table) && isFloat(table.dtype) && isPlainF32(values) && rows.contiguous;
    need(
      fits && usable,
      'setRows',
      'a table [N, C], f32 values [R, C] and whole numbers [R]',
      table,
      values,
      rows,
    );
    const inputs = [table, values, rows].map((tensor) => this.builder.use(tensor)) as [
      Pointer,
      Pointer,
      Pointer,
    ];
    return this.builder.tensor(ggml().ggml_set_rows(this.builder.next(), ...inputs), table);
  }

  /**
   * softmax(x · scale + mask) over the last axis.
   * @param x f32 [..., T, S]
   * @param mask f32, same rank; sizes equal x's on the last two axes, and divide x's before; finite values only
   */
  softmax(x: DeviceTensor, mask: DeviceTensor | undefined, scale: number): DeviceTensor {
    need(isPlainF32(x), 'softmax', 'a contiguous f32 tensor', x);
    if (mask) {
      const [own, other] = [ggmlSizes(x.shape), ggmlSizes(mask.shape)];
      const fits =
        own[0] === other[0] && own[1] === other[1] && own[2] % other[2] === 0 && own[3] % other[3] === 0;
      need(fits && isPlainF32(mask), 'softmax', 'a mask that fits', x, mask);
    }
    const maskPointer = mask ? this.builder.use(mask) : null;
    return this.builder.tensor(
      ggml().ggml_soft_max_ext(this.builder.next(), this.builder.use(x), maskPointer, scale, 0),
      x,
    );
  }

  /** x / sqrt(mean(x²) + epsilon) over the last axis. */
  rmsNorm(x: DeviceTensor, epsilon: number): DeviceTensor {
    need(isPlainF32(x) && epsilon >= 0, 'rmsNorm', `contiguous f32 and epsilon ${epsilon} of 0 or more`, x);
    return this.builder.tensor(ggml().ggml_rms_norm(this.builder.next(), this.builder.use(x), epsilon), x);
  }

  /**
   * Rotary position embedding.
   * @param x f32 [T, H, D]
   * @param positions i32 [T]
   * @param factors f32 [dimensions / 2], each divides its frequency
   */
  rope(
    x: DeviceTensor,
    positions: DeviceTensor,
    factors: DeviceTensor | undefined,
    { dimensions, base, frequencyScale }: RopeOptions,
  ): DeviceTensor {
    const fits =
      x.shape.length === 3 &&
      positions.shape.length === 1 &&
      positions.shape[0] === x.shape[0] &&
      positions.dtype === 'i32';
    need(fits && isPlainF32(x) && positions.contiguous, 'rope', 'f32 [T, H, D] and i32 [T]', x, positions);
    const turns = dimensions > 0 && dimensions % 2 === 0 && dimensions <= x.shape[2]!;
    need(turns, 'rope', `${dimensions} to be an even number of the features of a head`, x);
    if (factors) {
      const enough = isPlainF32(factors) && factors.shape.length === 1 && factors.shape[0] === dimensions / 2;
      need(enough, 'rope', `f32 [${dimensions / 2}] of frequency factors`, factors);
    }
    const pointers = [
      this.builder.use(x),
      this.builder.use(positions),
      factors ? this.builder.use(factors) : null,
    ] as const;
    return this.builder.tensor(
      ggml().ggml_rope_ext(
        this.builder.next(),
        ...pointers,
        dimensions,
        ROPE_NEOX,
        0, // original context length: of no effect without the YaRN factors that follow
        base,
        frequencyScale,
        0,
        1,
        0,
        0,
      ),
      x,
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
    const [Bk, Hkv, S, Dk] = k.shape;
    const fits =
      [q, k, v, mask].every(({ shape }) => shape.length === 4) &&
      sameShape(k, v) &&
      Bk === B &&
      H! % Hkv! === 0 &&
      Dk === D &&
      (mask.shape[0] === B || mask.shape[0] === 1) &&
      mask.shape[1] === 1 &&
      mask.shape[2] === T &&
      mask.shape[3] === S;
    const usable =
      [q, k, v].every(hasRows) &&
      q.dtype === 'f32' &&
      k.dtype === v.dtype &&
      isFloat(k.dtype) &&
      mask.contiguous &&
      mask.dtype === 'f16';
    need(fits && usable, 'flashAttention', 'q, k, v and mask that fit', q, k, v, mask);
    const inputs = [q, k, v, mask].map((x) => this.builder.use(x)) as [Pointer, Pointer, Pointer, Pointer];
    const result = ggml().ggml_flash_attn_ext(this.builder.next(), ...inputs, scale, 0, 0);
    ggml().ggml_flash_attn_ext_set_prec(result, PRECISION_F32);
    return this.builder.tensor(result, { shape: [B!, T!, H!, D!] });
  }

  /** A contiguous copy; x itself where it is contiguous. */
  contiguous(x: DeviceTensor): DeviceTensor {
    if (x.contiguous) return x;
    const { shape, dtype } = x;
    return this.builder.tensor(ggml().ggml_cont(this.builder.next(), this.builder.use(x)), { shape, dtype });
  }

  /** x itself where the elements of each row lie side by side, else a contiguous copy. */
  contiguousRows(x: DeviceTensor): DeviceTensor {
    return hasRows(x) ? x : this.contiguous(x);
  }

  /** A view with axes reordered: axis i of the result is axis axes[i] of x. */
  permute(x: DeviceTensor, axes: readonly number[]): DeviceTensor {
    const rank = x.shape.length;
    const valid = axes.length === rank && axes.toSorted().every((axis, index) => axis === index);
    need(valid, 'permute', `an order of its axes instead of [${axes}]`, x);
    need(!isQuantized(x.dtype) || axes.at(-1) === rank - 1, 'permute', 'blocks to stay in their rows', x);
    const target = [0, 1, 2, 3];
    axes.forEach((from, to) => {
      target[rank - 1 - from] = rank - 1 - to;
    });
    const [a, b, c, d] = target as [number, number, number, number];
    const shape = axes.map((axis) => x.shape[axis]!);
    const strides = axes.map((axis) => x.strides[axis]!);
    const pointer = ggml().ggml_permute(this.builder.next(), this.builder.use(x), a, b, c, d);
    return this.builder.tensor(pointer, { shape, dtype: x.dtype, strides });
  }

  /** A view of a contiguous tensor with another shape. */
  reshape(x: DeviceTensor, shape: readonly number[]): DeviceTensor {
    const sizes = ggmlSizes(shape);
    const blocks = sizes[0] % blockElements(x.dtype) === 0;
    need(
      blocks && x.contiguous && count(x.shape) === count(shape),
      'reshape',
      `contiguous, as many as [${shape}]`,
      x,
    );
    const pointer = ggml().ggml_reshape_4d(this.builder.next(), this.builder.use(x), ...sizes);
    return this.builder.tensor(pointer, { shape, dtype: x.dtype });
  }

  /** A view of `length` entries from `start` on along an axis; of whole blocks along the last one. */
  slice(x: DeviceTensor, axis: number, start: number, length: number): DeviceTensor {
    const unit = axis === x.shape.length - 1 ? blockElements(x.dtype) : 1;
    const whole = Number.isInteger(start / unit) && Number.isInteger(length / unit);
    const inside = start >= 0 && length > 0 && start + length <= (x.shape[axis] ?? 0);
    need(inside && whole && hasRows(x), 'slice', `[${start}, ${start + length}) on axis ${axis}`, x);
    const shape = x.shape.map((size, index) => (index === axis ? length : size));
    const strides = [...x.strides];
    for (let i = strides.length - 2; i >= 0; i--) {
      // Nobody steps along an axis of one entry: its stride may be what makes the view contiguous.
      const inner = i === strides.length - 2 ? shape[i + 1]! / blockElements(x.dtype) : shape[i + 1]!;
      if (shape[i] === 1) strides[i] = strides[i + 1]! * inner;
    }
    const outermost = strides[0]! * shape[0]!;
    const [, n1 = outermost, n2 = outermost, n3 = outermost] = strides.toReversed();
    const offset = x.strides[axis]! * (start / unit);
    const sizes = ggmlSizes(shape);
    const pointer = ggml().ggml_view_4d(
      this.builder.next(),
      this.builder.use(x),
      ...sizes,
      n1,
      n2,
      n3,
      offset,
    );
    return this.builder.tensor(pointer, { shape, dtype: x.dtype, strides });
  }

  concat(x: DeviceTensor, y: DeviceTensor, axis: number): DeviceTensor {
    const fits =
      x.dtype === y.dtype &&
      x.shape.length === y.shape.length &&
      x.shape[axis] !== undefined &&
      x.shape.every((n, i) => i === axis || n === y.shape[i]);
    const usable = x.contiguous && y.contiguous && (isFloat(x.dtype) || x.dtype === 'i32');
    need(fits && usable, 'concat', `contiguous, equal but for axis ${axis}`, x, y);
    const shape = x.shape.map((size, index) => (index === axis ? size + y.shape[index]! : size));
    const dimension = x.shape.length - 1 - axis;
    const pointer = ggml().ggml_concat(
      this.builder.next(),
      this.builder.use(x),
      this.builder.use(y),
      dimension,
    );
    return this.builder.tensor(pointer, { shape, dtype: x.dtype });
  }

  cast(x: DeviceTensor, dtype: 'f32' | 'f16' | 'bf16'): DeviceTensor {
    const known = isFloat(x.dtype) || (isQuantized(x.dtype) && x.contiguous && dtype === 'f32');
    need(known, 'cast', `floats to make ${dtype} of`, x);
    const pointer = ggml().ggml_cast(this.builder.next(), this.builder.use(x), typeNumber(dtype));
    return this.builder.tensor(pointer, { shape: x.shape, dtype });
  }

  /** Copies x into target's memory, converting floats; the result is target as it then is. */
  copyInto(x: DeviceTensor, target: DeviceTensor): DeviceTensor {
    const known = isFloat(x.dtype) && isFloat(target.dtype);
    const fits = count(x.shape) === count(target.shape);
    need(known && fits, 'copyInto', 'equally many floats', x, target);
    return this.builder.tensor(
      ggml().ggml_cpy(this.builder.next(), this.builder.use(x), this.builder.use(target)),
      target,
    );
  }

  /**
   * AdamW in place, https://arxiv.org/abs/1711.05101.
   * @param parameter a trainable variable
   * @param settings f32 [7]: rate, β₁, β₂, ε, weight decay, 1/(1−β₁ᵗ), 1/(1−β₂ᵗ)
   */
  adamw(
    parameter: DeviceTensor,
    { gradient, mean, variance }: { gradient: DeviceTensor; mean: DeviceTensor; variance: DeviceTensor },
    settings: DeviceTensor,
  ): DeviceTensor {
    const all = [parameter, gradient, mean, variance];
    const fits = all.every((tensor) => sameShape(tensor, parameter) && isPlainF32(tensor));
    const seven = settings.shape.join() === '7' && isPlainF32(settings);
    const demand = 'a trainable variable, three f32 tensors like it, and f32 [7]';
    need(fits && seven && parameter.trainable, 'adamw', demand, ...all, settings);
    const [p, g, m, v, s] = [...all, settings].map((tensor) => this.builder.use(tensor));
    return this.builder.tensor(
      ggml().ggml_opt_step_adamw(this.builder.next(), p!, g!, m!, v!, s!),
      parameter,
    );
  }

  /** Threads that compute. */
  get threads(): number {
    return this.builder.device.threads;
  }

  /** Whether own kernels compute here. */
  get hasNativeKernels(): boolean {
    return this.builder.device.nativeKernels !== undefined;
  }

  /** @see addNativeOperation */
  native(operation: NativeOperation): DeviceTensor {
    return addNativeOperation(this.builder, operation);
  }

  [Symbol.dispose](): void {
    this.builder[Symbol.dispose]();
  }

  #binary(
    name: 'ggml_add' | 'ggml_sub' | 'ggml_mul' | 'ggml_div' | 'ggml_add_inplace',
    x: DeviceTensor,
    y: DeviceTensor,
    result: Layout = { shape: x.shape },
  ): DeviceTensor {
    const offset = x.shape.length - y.shape.length;
    const fits = offset >= 0 && y.shape.every((size, axis) => x.shape[axis + offset]! % size === 0);
    const usable = x.dtype === 'f32' && y.dtype === 'f32' && hasRows(x);
    need(fits && usable, name.slice(5), 'f32, contiguous rows, the second repeating', x, y);
    return this.builder.tensor(
      ggml()[name](this.builder.next(), this.builder.use(x), this.builder.use(y)),
      result,
    );
  }
}
