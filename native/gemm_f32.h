// C (+)= factor * A B in f32, for operands that are small or thin: adapters, attention. A may be read along either
// axis; B has rows. Register tiles of MR x NR; edges by smaller tiles and partial stores.
#pragma once
#include "vector.h"

struct Strided {
  const float* data;
  int64_t row, column;  // distance of neighbours along each axis
};

template <int M, int V>  // M rows, V vectors
static inline void tile(const Strided& a, const float* b, int64_t ldb, int64_t K, vec (&acc)[M][V]) {
  for (int64_t k = 0; k < K; k++) {
    vec right[V];
    for (int v = 0; v < V; v++) right[v] = load(b + k * ldb + v * VL);
    const float* left = a.data + k * a.column;
#pragma GCC unroll 12
    for (int m = 0; m < M; m++) {
      const vec x = splat(left[m * a.row]);
      for (int v = 0; v < V; v++) acc[m][v] += x * right[v];
    }
  }
}

template <int M, int V>
static inline void tile_store(const Strided& a, const float* b, int64_t ldb, int64_t K, float* c, int64_t ldc,
                              int64_t columns, float factor, bool accumulate) {
  vec acc[M][V] = {};
  tile<M, V>(a, b, ldb, K, acc);
  for (int m = 0; m < M; m++) {
    float* out = c + m * ldc;
    if (columns >= V * VL) {
      for (int v = 0; v < V; v++) {
        const vec value = acc[m][v] * factor;
        store(out + v * VL, accumulate ? load(out + v * VL) + value : value);
      }
    } else {
      for (int64_t n = 0; n < columns; n++) {
        const float value = acc[m][n / VL][n % VL] * factor;
        out[n] = accumulate ? out[n] + value : value;
      }
    }
  }
}

template <int M>
static inline void tile_rows(int64_t m, int64_t N, int64_t K, const Strided& a, const float* b, int64_t ldb,
                             float* c, int64_t ldc, float factor, bool accumulate) {
  const Strided from = {a.data + m * a.row, a.row, a.column};
  int64_t n = 0;
  if constexpr (M == 1)  // enough sums that none waits for the one before
    for (; n + 2 * NR <= N; n += 2 * NR)
      tile_store<M, 4>(from, b + n, ldb, K, c + m * ldc + n, ldc, 2 * NR, factor, accumulate);
  for (; n + NR <= N; n += NR)
    tile_store<M, 2>(from, b + n, ldb, K, c + m * ldc + n, ldc, NR, factor, accumulate);
  for (; n < N; n += VL)
    tile_store<M, 1>(from, b + n, ldb, K, c + m * ldc + n, ldc, N - n < VL ? N - n : VL, factor, accumulate);
}

// b's rows must be readable up to the next multiple of VL columns.
static inline void gemm_f32(int64_t M, int64_t N, int64_t K, const Strided& a, const float* b, int64_t ldb, float* c,
                            int64_t ldc, float factor, bool accumulate) {
  int64_t m = 0;
  for (; m + MR <= M; m += MR) tile_rows<MR>(m, N, K, a, b, ldb, c, ldc, factor, accumulate);
  for (; m + 4 <= M; m += 4) tile_rows<4>(m, N, K, a, b, ldb, c, ldc, factor, accumulate);
  for (; m + 2 <= M; m += 2) tile_rows<2>(m, N, K, a, b, ldb, c, ldc, factor, accumulate);
  for (; m < M; m++) tile_rows<1>(m, N, K, a, b, ldb, c, ldc, factor, accumulate);
}

static inline int64_t padded(int64_t n) { return (n + VL - 1) / VL * VL; }
