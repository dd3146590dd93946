// The thin products of an adapter: down to its rank, and the gradients of both sides.
#include "call.h"
#include "gemm_f32.h"

// out [T, r] = factor * x [T, K] aᵀ. parameter: T, K, r, a lies as [K, r] instead of [r, K], factor * 2^32.
// input: x, a.
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
// Vectors lie along the wide side, whose columns the threads share.
KERNEL(add_outer) {
  constexpr int64_t TOKENS = 64;  // whose pages the translation buffer holds
  const int64_t T = call->parameter[0], M = call->parameter[1], N = call->parameter[2];
  const bool first_thin = M <= N;
  const int64_t thin = first_thin ? M : N, wide = first_thin ? N : M;
  float* out = (float*)call->input[0];
  const float* narrow = (const float*)call->input[first_thin ? 1 : 2];
  const float* broad = (const float*)call->input[first_thin ? 2 : 1];
  const Range own = share(wide, NR, thread, threads);
  const int64_t count = own.end - own.begin, whole = count / VL * VL, width = padded(count);
  if (count == 0) return;
  float* sums = (float*)scratch<0>((thin * width + TOKENS * VL) * 4);
  float* edge = sums + thin * width;
  for (int64_t t = 0; t < T; t += TOKENS) {
    const int64_t tokens = T - t < TOKENS ? T - t : TOKENS;
    const Strided left = {narrow + t * thin, 1, thin};
    const float* right = broad + t * wide + own.begin;
    gemm_f32(thin, whole, tokens, left, right, wide, sums, width, 1, t > 0);
    if (whole == count) continue;
    for (int64_t i = 0; i < tokens; i++) store(edge + i * VL, load_part(right + i * wide + whole, count - whole));
    gemm_f32(thin, VL, tokens, left, edge, VL, sums + whole, width, 1, t > 0);
  }
  for (int64_t i = 0; i < thin; i++)
    for (int64_t c = 0, at = own.begin; c < count; c++, at++)
      out[first_thin ? i * N + at : at * N + i] += sums[i * width + c];
}
