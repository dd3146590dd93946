/**
 * The C functions of ggml that the engine calls, with their types. One table, from which the calls are bound
 * and typed. Knows nothing of tensors' meaning.
 */

/** An address in native memory; null where C gives NULL. */
export type Pointer = bigint | null;

interface CTypes {
  void: undefined;
  'void*': Pointer;
  str: string;
  bool: boolean;
  int: number;
  float: number;
  size_t: number | bigint;
  int64: number | bigint;
  ggml_init_params: { mem_size: number; mem_buffer: null; no_alloc: boolean };
  ggml_threadpool_params: { poll: number };
  bytes: ArrayBufferView;
}
export type CType = keyof CTypes;

type Signature = readonly [library: 'base' | 'registry', result: CType, ...parameters: CType[]];

/** `op(...parameters)`: a function of libggml-base that takes a context and gives a tensor. */
const op = <const P extends readonly CType[]>(...parameters: P) =>
  ['base', 'void*', 'void*', ...parameters] as const;

export const SIGNATURES = {
  ggml_version: ['base', 'str'],
  ggml_tensor_overhead: ['base', 'size_t'],
  ggml_log_set: ['base', 'void', 'void*', 'void*'],
  ggml_graph_overhead_custom: ['base', 'size_t', 'size_t', 'bool'],
  ggml_type_size: ['base', 'size_t', 'int'],
  ggml_blck_size: ['base', 'int64', 'int'],

  ggml_backend_load_all_from_path: ['registry', 'void', 'str'],
  ggml_backend_dev_count: ['registry', 'size_t'],
  ggml_backend_dev_get: ['registry', 'void*', 'size_t'],
  ggml_backend_dev_name: ['base', 'str', 'void*'],
  ggml_backend_dev_description: ['base', 'str', 'void*'],
  ggml_backend_dev_type: ['base', 'int', 'void*'],
  ggml_backend_dev_init: ['base', 'void*', 'void*', 'void*'],
  ggml_backend_dev_backend_reg: ['base', 'void*', 'void*'],
  ggml_backend_reg_get_proc_address: ['base', 'void*', 'void*', 'str'],
  ggml_threadpool_params_default: ['base', 'ggml_threadpool_params', 'int'],
  ggml_backend_free: ['base', 'void', 'void*'],
  ggml_backend_get_default_buffer_type: ['base', 'void*', 'void*'],
  ggml_backend_graph_compute: ['base', 'int', 'void*', 'void*'],
  ggml_backend_supports_op: ['base', 'bool', 'void*', 'void*'],

  ggml_init: ['base', 'void*', 'ggml_init_params'],
  ggml_free: ['base', 'void', 'void*'],
  ggml_used_mem: ['base', 'size_t', 'void*'],
  ggml_new_tensor_4d: ['base', 'void*', 'void*', 'int', 'int64', 'int64', 'int64', 'int64'],
  ggml_backend_alloc_ctx_tensors: ['base', 'void*', 'void*', 'void*'],
  ggml_backend_buffer_get_size: ['base', 'size_t', 'void*'],
  ggml_backend_buffer_free: ['base', 'void', 'void*'],
  ggml_backend_buffer_clear: ['base', 'void', 'void*', 'int'],
  ggml_backend_tensor_set: ['base', 'void', 'void*', 'bytes', 'size_t', 'size_t'],
  ggml_backend_tensor_get: ['base', 'void', 'void*', 'bytes', 'size_t', 'size_t'],
  ggml_get_data: ['base', 'void*', 'void*'],
  ggml_set_output: ['base', 'void', 'void*'],
  ggml_set_param: ['base', 'void', 'void*'],

  ggml_new_graph_custom: ['base', 'void*', 'void*', 'size_t', 'bool'],
  ggml_build_forward_expand: ['base', 'void', 'void*', 'void*'],
  ggml_graph_n_nodes: ['base', 'int', 'void*'],
  ggml_graph_node: ['base', 'void*', 'void*', 'int'],
  ggml_op_desc: ['base', 'str', 'void*'],
  ggml_gallocr_new: ['base', 'void*', 'void*'],
  ggml_gallocr_free: ['base', 'void', 'void*'],
  ggml_gallocr_reserve: ['base', 'bool', 'void*', 'void*'],
  ggml_gallocr_alloc_graph: ['base', 'bool', 'void*', 'void*'],
  ggml_gallocr_get_buffer_size: ['base', 'size_t', 'void*', 'int'],

  ggml_add: op('void*', 'void*'),
  ggml_add_inplace: op('void*', 'void*'),
  ggml_sub: op('void*', 'void*'),
  ggml_mul: op('void*', 'void*'),
  ggml_div: op('void*', 'void*'),
  ggml_scale_bias: op('void*', 'float', 'float'),
  ggml_sqr: op('void*'),
  ggml_sqrt: op('void*'),
  ggml_log: op('void*'),
  ggml_exp: op('void*'),
  ggml_tanh: op('void*'),
  ggml_sigmoid: op('void*'),
  ggml_silu: op('void*'),
  ggml_swiglu_split: op('void*', 'void*'),
  ggml_clamp: op('void*', 'float', 'float'),
  ggml_sum_rows: op('void*'),
  ggml_argmax: op('void*'),
  ggml_repeat_4d: op('void*', 'int64', 'int64', 'int64', 'int64'),
  ggml_mul_mat: op('void*', 'void*'),
  ggml_out_prod: op('void*', 'void*'),
  ggml_get_rows: op('void*', 'void*'),
  ggml_set_rows: op('void*', 'void*', 'void*'),
  ggml_soft_max_ext: op('void*', 'void*', 'float', 'float'),
  ggml_rms_norm: op('void*', 'float'),
  ggml_rope_ext: op(
    'void*',
    'void*',
    'void*',
    'int',
    'int',
    'int',
    'float',
    'float',
    'float',
    'float',
    'float',
    'float',
  ),
  ggml_flash_attn_ext: op('void*', 'void*', 'void*', 'void*', 'float', 'float', 'float'),
  ggml_flash_attn_ext_set_prec: ['base', 'void', 'void*', 'int'],
  ggml_cont: op('void*'),
  ggml_permute: op('void*', 'int', 'int', 'int', 'int'),
  ggml_reshape_4d: op('void*', 'int64', 'int64', 'int64', 'int64'),
  ggml_view_4d: op('void*', 'int64', 'int64', 'int64', 'int64', 'size_t', 'size_t', 'size_t', 'size_t'),
  ggml_concat: op('void*', 'void*', 'int'),
  ggml_cast: op('void*', 'int'),
  ggml_cpy: op('void*', 'void*'),
  ggml_opt_step_adamw: op('void*', 'void*', 'void*', 'void*', 'void*'),

  ggml_custom_4d: op('int', 'int64', 'int64', 'int64', 'int64', 'bytes', 'int', 'void*', 'int', 'void*'),
  ggml_custom_inplace: op('void*', 'bytes', 'int', 'void*', 'int', 'void*'),

  ggml_fp16_to_fp32_row: ['base', 'void', 'bytes', 'bytes', 'int64'],
  ggml_bf16_to_fp32_row: ['base', 'void', 'bytes', 'bytes', 'int64'],
  ggml_fp32_to_fp16_row: ['base', 'void', 'bytes', 'bytes', 'int64'],
  ggml_fp32_to_bf16_row_ref: ['base', 'void', 'bytes', 'bytes', 'int64'],
  dequantize_row_q4_0: ['base', 'void', 'bytes', 'bytes', 'int64'],
  dequantize_row_q4_1: ['base', 'void', 'bytes', 'bytes', 'int64'],
  dequantize_row_q5_0: ['base', 'void', 'bytes', 'bytes', 'int64'],
  dequantize_row_q5_1: ['base', 'void', 'bytes', 'bytes', 'int64'],
  dequantize_row_q8_0: ['base', 'void', 'bytes', 'bytes', 'int64'],
  dequantize_row_q2_K: ['base', 'void', 'bytes', 'bytes', 'int64'],
  dequantize_row_q3_K: ['base', 'void', 'bytes', 'bytes', 'int64'],
  dequantize_row_q4_K: ['base', 'void', 'bytes', 'bytes', 'int64'],
  dequantize_row_q5_K: ['base', 'void', 'bytes', 'bytes', 'int64'],
  dequantize_row_q6_K: ['base', 'void', 'bytes', 'bytes', 'int64'],
} as const satisfies Record<string, Signature>;

type Arguments<P extends readonly CType[]> = { -readonly [K in keyof P]: CTypes[P[K]] };

/** A bound C function; `async` runs it on a thread of its own and calls back on the event loop. */
export interface NativeFunction<P extends readonly CType[], R extends CType> {
  (...args: Arguments<P>): CTypes[R];
  async(...args: [...Arguments<P>, (error: Error | null, result: CTypes[R]) => void]): void;
}

type Bound<S> = S extends readonly [unknown, infer R extends CType, ...infer P extends readonly CType[]]
  ? NativeFunction<P, R>
  : never;

export type GgmlFunctions = { readonly [K in keyof typeof SIGNATURES]: Bound<(typeof SIGNATURES)[K]> };
