// The thin products of an adapter: down to its rank, and the gradients of both sides.
#include "call.h"
#include "gemm_f32.h"

// out [T, r] = factor * x [T, K] aᵀ. parameter: T, K, r, a lies as [K, r] instead of [r, K].
// input: x, a, factor as float bits in parameter 4.
KERNEL(low_rank_down) {
  const int64_t T = call->parameter[0], K = call->parameter[1], r = call->parameter[2];
  const bool columns = call->parameter[3];
  const float factor = (float)((double)call->parameter[4] / 4294967296.0);
  const float* a = (const float*)call->input[1];
  float* right = (float*)scratch<0>(K * padded(r) * 4);
  if (columns) {
    for (int64_t k = 0; k < K; k++)
      for (int64_t j = 0; j < padded(r); j++) right[k * padded(r) + j] = j < r ? a[k * r + j] : 0;
  } else {
    transpose(a, K, r, K, right);
  }
  const Range own = share(T, MR, thread, threads);
  const float* x = (const float*)call->input[0];
  gemm_f32(own.end - own.begin, r, K, {x + own.begin * K, K, 1}, right, padded(r), (float*)call->output + own.begin * r,
           r, factor, false);
}

// out [M, N] += aᵀ b, with a [T, M] and b [T, N]: one of them thin. parameter: T, M, N. input: out, a, b.
KERNEL(add_outer) {
  const int64_t T = call->parameter[0], M = call->parameter[1], N = call->parameter[2];
  float* out = (float*)call->input[0];
  const float* a = (const float*)call->input[1];
  const float* b = (const float*)call->input[2];
  if (M <= N) {
    const Range own = share(N, NR, thread, threads);
    if (own.begin == own.end) return;
    const int64_t columns = own.end - own.begin;
    if (columns % VL == 0) {
      gemm_f32(M, columns, T, {a, 1, M}, b + own.begin, N, out + own.begin, N, 1, true);
      return;
    }
  }
  float* right = (float*)scratch<0>(T * padded(N) * 4);
  for (int64_t t = 0; t < T; t++)
    for (int64_t n = 0; n < padded(N); n++) right[t * padded(N) + n] = n < N ? b[t * N + n] : 0;
  const Range own = share(M, MR, thread, threads);
  gemm_f32(own.end - own.begin, N, T, {a + own.begin, 1, M}, right, padded(N), out + own.begin * N, N, 1, true);
}
