// The thin products of an adapter: down to its rank, and the gradients of both sides.
#include "call.h"
#include "gemm_f32.h"

namespace {

// Sums along K stay in vectors: of two rows of x with this many rows of a at a time.
constexpr int64_t RANKS = VL == 8 ? 4 : 8;

void two_rows(const float* const (&x)[2], const float* a, int64_t K, float (&products)[2 * RANKS]) {
  vec acc[2 * RANKS] = {};
  int64_t k = 0;
  for (; k + VL <= K; k += VL) {
    const vec first = load(x[0] + k), second = load(x[1] + k);
#pragma GCC unroll 8
    for (int64_t j = 0; j < RANKS; j++) {
      const vec right = load(a + j * K + k);
      acc[j] += first * right, acc[RANKS + j] += second * right;
    }
  }
  for (int64_t j = 0; k < K && j < 2 * RANKS; j++)
    acc[j] += load_part(x[j / RANKS] + k, K - k) * load_part(a + j % RANKS * K + k, K - k);
  for (int64_t j = 0; j < 2 * RANKS; j += VL) {
    vec group[VL];
    for (int64_t i = 0; i < VL; i++) group[i] = acc[j + i];
    store(products + j, sums(group));
  }
}

}  // namespace

// out [T, r] = factor * x [T, K] aᵀ. parameter: T, K, r, a lies as [K, r] instead of [r, K], factor * 2^32.
// input: x, a.
KERNEL(low_rank_down) {
  const int64_t T = call->parameter[0], K = call->parameter[1], r = call->parameter[2];
  const bool columns = call->parameter[3];
  const float factor = (float)((double)call->parameter[4] / 4294967296.0);
  const float* x = (const float*)call->input[0];
  const float* a = (const float*)call->input[1];
  float* out = (float*)call->output;
  const int64_t ranks = (r + RANKS - 1) / RANKS * RANKS;
  const Range own = share(T, 2, thread, threads);
  if (columns || ranks > r) {
    float* rows = (float*)scratch<0>(ranks * K * 4);
    for (int64_t j = 0; j < ranks; j++)
      for (int64_t k = 0; k < K; k++) rows[j * K + k] = j >= r ? 0 : columns ? a[k * r + j] : a[j * K + k];
    a = rows;
  }
  for (int64_t t = own.begin; t < own.end; t += 2) {
    const int64_t rows = own.end - t < 2 ? 1 : 2;
    for (int64_t begin = 0; begin < r; begin += RANKS) {
      float products[2 * RANKS];
      two_rows({x + t * K, x + (t + rows - 1) * K}, a + begin * K, K, products);
      for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < RANKS && begin + j < r; j++)
          out[(t + i) * r + begin + j] = factor * products[i * RANKS + j];
    }
  }
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
