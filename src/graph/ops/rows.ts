/** Rows picked from a table and put back into one. */
import { ShapeError } from '../../core/index.ts';
import { apply, type Op, type Tensor } from '../tensor.ts';
import { pad } from './layout.ts';

function pickedShape(name: string, [table, rows]: readonly Tensor[]) {
  if (table!.shape.length !== 2 || rows!.shape.length !== 1) {
    throw new ShapeError(`${name}: needs [N, C] and [R], got [${table!.shape}] and [${rows!.shape}]`);
  }
  return { shape: [rows!.shape[0]!, table!.shape[1]!], dtype: 'f32' as const };
}

function pickedIndices([table, rows]: readonly Tensor[]) {
  return { indices: rows!, below: table!.shape[0]! };
}

export const embeddingOp: Op = {
  name: 'embedding',
  shape: (inputs) => pickedShape('embedding', inputs),
  reverse: {
    nonDifferentiable: 'rows may repeat, which needs a scatter that adds; embeddings are not trained',
  },
  lower: (context, [table, rows]) => context.getRows(table!, rows!),
  indices: pickedIndices,
};

/** Rows of a weight table of any dtype as f32; rows may repeat. */
export function embedding(table: Tensor, rows: Tensor): Tensor {
  return apply(embeddingOp, [table, rows], {});
}

export const selectRowsOp: Op = {
  name: 'selectRows',
  shape: (inputs) => pickedShape('selectRows', inputs),
  reverse: ({ inputs: [, rows, inverse], gradient }) => [
    selectRows(pad(gradient, { axis: 0, before: 0, after: 1 }), inverse!, rows!),
  ],
  lower: (context, [x, rows]) => context.getRows(context.contiguous(x!), rows!),
  indices: pickedIndices,
};

/**
 * Distinct rows of an activation.
 * @param x [N, C]
 * @param rows i32 [R], each at most once
 * @param inverse i32 [N]: where each row of x went, R for those that were not selected
 */
export function selectRows(x: Tensor, rows: Tensor, inverse: Tensor): Tensor {
  return apply(selectRowsOp, [x, rows, inverse], {});
}
