/**
 * Attention of a batch whose rows begin alike: the prefix [P] is computed once, and every row of [B, L] sees it and
 * itself. Exact, forward and reverse. The tokens of a graph are the prefix, then the rows one after the other.
 */
import {
  add,
  concat,
  contiguous,
  input,
  matmulT,
  permute,
  repeat,
  reshape,
  slice,
  softmax,
  type Tensor,
  transposed,
} from '../../graph/index.ts';
import type { AttentionPattern } from '../decoder.ts';
import type { DecoderSpec } from '../spec.ts';

/** Instead of −∞, which makes rows without any visible token NaN. */
const HIDDEN = -1e30;

export interface PrefixBatchShape {
  /** P, tokens that all rows share; may be 0. */
  readonly prefix: number;
  /** B */
  readonly rows: number;
  /** L, tokens of a row, padding at its end included. */
  readonly rowLength: number;
}

export class SharedPrefixAttention implements AttentionPattern {
  readonly #spec: DecoderSpec;
  readonly #shape: PrefixBatchShape;
  readonly #masks = new Map<string, { tensor: Tensor; values: Float32Array }>();

  constructor(spec: DecoderSpec, shape: PrefixBatchShape) {
    this.#spec = spec;
    this.#shape = shape;
  }

  /** Values of the inputs that the pattern added to the graph; complete once the graph is built. */
  get inputs(): Record<string, Float32Array> {
    return Object.fromEntries([...this.#masks].map(([name, { values }]) => [name, values]));
  }

  /** Position of each token [P + B · L]: rows go on where the prefix ends. */
  get positions(): Int32Array {
    const { prefix: P, rows: B, rowLength: L } = this.#shape;
    return Int32Array.from({ length: P + B * L }, (_, token) => (token < P ? token : P + ((token - P) % L)));
  }

  attend(layer: number, q: Tensor, k: Tensor, v: Tensor): Tensor {
    const { prefix: P, rows: B, rowLength: L } = this.#shape;
    const { headCount: H, headDim: D } = this.#spec;
    if (P === 0) return this.#rows(layer, q, k, v);
    const [qPrefix, kPrefix, vPrefix] = [q, k, v].map((x) => headsFirst(slice(x, 0, 0, P)));
    const own = (x: Tensor) => slice(x, 0, P, B * L);
    const prefix = { k: kPrefix!, v: vPrefix! };
    const rows = this.#rows(layer, own(q), own(k), own(v), prefix);
    const scores = matmulT(qPrefix!, kPrefix!); // [H, P, P]
    const probabilities = softmax(scores, this.#mask(layer, 'prefix', P, 0), this.#spec.attentionScale);
    const attended = matmulT(probabilities, transposed(vPrefix!)); // [H, P, D]
    return concat(reshape(contiguous(permute(attended, [1, 0, 2])), [P, H * D]), rows, 0);

    function headsFirst(x: Tensor): Tensor {
      return contiguous(permute(x, [1, 0, 2])); // [H or Hkv, P, D]
    }
  }

  /** @param prefix k and v [Hkv, P, D] that every row sees */
  #rows(layer: number, q: Tensor, k: Tensor, v: Tensor, prefix?: { k: Tensor; v: Tensor }): Tensor {
    const { prefix: P, rows: B, rowLength: L } = this.#shape;
    const { headCount: H, headDim: D, attentionScale } = this.#spec;
    const qRows = this.#split(q); // [H, B, L, D]
    const kRows = this.#expand(this.#split(k));
    const vRows = this.#expand(this.#split(v));
    const ownScores = matmulT(qRows, kRows); // [H, B, L, L]
    const mask = this.#mask(layer, 'rows', L, P);
    const merge = (x: Tensor) => reshape(contiguous(permute(x, [1, 2, 0, 3])), [B * L, H * D]);
    if (!prefix) {
      return merge(matmulT(softmax(ownScores, mask, attentionScale), transposed(vRows)));
    }
    // All rows' queries of a head against the prefix's keys in one product.
    const folded = reshape(qRows, [H, B * L, D]);
    const prefixScores = reshape(matmulT(folded, prefix.k), [H, B, L, P]);
    const probabilities = softmax(concat(prefixScores, ownScores, 3), mask, attentionScale);
    const toPrefix = reshape(contiguous(slice(probabilities, 3, 0, P)), [H, B * L, P]);
    const fromPrefix = reshape(matmulT(toPrefix, transposed(prefix.v)), [H, B, L, D]);
    const fromRows = matmulT(contiguous(slice(probabilities, 3, P, L)), transposed(vRows));
    return merge(add(fromRows, fromPrefix));
  }

  /** [B · L, heads, D] to [heads, B, L, D] */
  #split(x: Tensor): Tensor {
    const { rows: B, rowLength: L } = this.#shape;
    const [, heads, D] = x.shape;
    return contiguous(permute(reshape(contiguous(x), [B, L, heads!, D!]), [2, 0, 1, 3]));
  }

  /** [Hkv, B, L, D] to [H, B, L, D]: each key head serves a group of query heads. */
  #expand(x: Tensor): Tensor {
    const { headCount: H, kvHeadCount: Hkv } = this.#spec;
    if (H === Hkv) return x;
    const [, B, L, D] = x.shape;
    const group = H / Hkv;
    const elements = B! * L! * D!;
    return reshape(repeat(reshape(x, [Hkv, 1, elements]), [Hkv, group, elements]), [H, B!, L!, D!]);
  }

  /**
   * A causal mask [1, (1,) T, before + T]: query t sees keys up to before + t, in local layers only the nearest.
   */
  #mask(layer: number, kind: 'prefix' | 'rows', T: number, before: number): Tensor {
    const S = before + T;
    const { window = S } = this.#spec.layers[layer]!;
    const name = window < S ? `mask.${kind}.window${window}` : `mask.${kind}`;
    let mask = this.#masks.get(name);
    if (!mask) {
      const values = new Float32Array(T * S);
      for (let t = 0; t < T; t++) {
        const at = before + t;
        for (let s = 0; s < S; s++) if (s > at || s <= at - window) values[t * S + s] = HIDDEN;
      }
      mask = { tensor: input(name, kind === 'rows' ? [1, 1, T, S] : [1, T, S]), values };
      this.#masks.set(name, mask);
    }
    return mask.tensor;
  }
}
