// y = x Wᵀ + u Vᵀ and its reverse dx = dy W + u V, with the low-rank term of an adapter added on the way. Weights are
// bf16 or f32, row-major [N, K]; both directions read them as they lie and pack panels on the fly, so no second copy
// is kept. Each thread owns columns of the result; nothing is shared, so there is no barrier.
#include "call.h"
#include "gemm_f32.h"
#include "vector.h"

namespace {

// Packed weights that stay in a core's second-level cache.
constexpr int64_t CHUNK_BYTES = 512 * 1024;
// Rows of x that are worked on while a chunk is there.
constexpr int64_t ROW_BLOCK = 192;

struct LowRank {
  const float* u;  // [T, r]
  const float* v;  // [r, padded columns], packed like the panel that it is added to
  int64_t rank;
};

#if defined(__AVX512BF16__)
#define HAS_DOT_BF16 1
constexpr int64_t PANEL = 64;
constexpr int TILE_ROWS = 6;
typedef uint32_t packed;  // two neighbours along the contraction

template <int M>
inline void dot_tile(const uint16_t* x, int64_t ldx, const packed* w, int64_t pairs, const LowRank& low, const float* v,
                     float* y, int64_t ldy) {
  __m512 acc[M][4];
#pragma GCC unroll 6
  for (int m = 0; m < M; m++) acc[m][0] = acc[m][1] = acc[m][2] = acc[m][3] = _mm512_setzero_ps();
  for (int64_t j = 0; j < low.rank; j++) {
    const __m512 b0 = _mm512_loadu_ps(v + j * PANEL), b1 = _mm512_loadu_ps(v + j * PANEL + 16),
                 b2 = _mm512_loadu_ps(v + j * PANEL + 32), b3 = _mm512_loadu_ps(v + j * PANEL + 48);
#pragma GCC unroll 6
    for (int m = 0; m < M; m++) {
      const __m512 a = _mm512_set1_ps(low.u[m * low.rank + j]);
      acc[m][0] = _mm512_fmadd_ps(a, b0, acc[m][0]), acc[m][1] = _mm512_fmadd_ps(a, b1, acc[m][1]);
      acc[m][2] = _mm512_fmadd_ps(a, b2, acc[m][2]), acc[m][3] = _mm512_fmadd_ps(a, b3, acc[m][3]);
    }
  }
  for (int64_t k = 0; k < pairs; k++) {
    const __m512bh b0 = (__m512bh)_mm512_load_si512(w + k * PANEL), b1 = (__m512bh)_mm512_load_si512(w + k * PANEL + 16),
                   b2 = (__m512bh)_mm512_load_si512(w + k * PANEL + 32),
                   b3 = (__m512bh)_mm512_load_si512(w + k * PANEL + 48);
#pragma GCC unroll 6
    for (int m = 0; m < M; m++) {
      int pair;
      memcpy(&pair, x + m * ldx + 2 * k, 4);
      const __m512bh a = (__m512bh)_mm512_set1_epi32(pair);
      acc[m][0] = _mm512_dpbf16_ps(acc[m][0], a, b0), acc[m][1] = _mm512_dpbf16_ps(acc[m][1], a, b1);
      acc[m][2] = _mm512_dpbf16_ps(acc[m][2], a, b2), acc[m][3] = _mm512_dpbf16_ps(acc[m][3], a, b3);
    }
  }
#pragma GCC unroll 6
  for (int m = 0; m < M; m++)
    for (int i = 0; i < 4; i++) _mm512_storeu_ps(y + m * ldy + i * 16, acc[m][i]);
}

// Rows n of W are columns of the panel; their pairs along K lie together already.
void pack_forward(const uint16_t* w, int64_t K, int64_t columns, int64_t pairs, packed* to) {
  for (int64_t n = 0; n < PANEL; n += 16) {
    for (int64_t k = 0; k < pairs; k += 16) {
      const int64_t width = pairs - k < 16 ? pairs - k : 16;
      const bool odd = 2 * (k + width) > K;  // the last pair has one element only
      alignas(64) packed block[16][16];
      for (int i = 0; i < 16; i++) {
        if (n + i >= columns) {
          _mm512_store_si512(block[i], _mm512_setzero_si512());
          continue;
        }
        const uint16_t* row = w + (n + i) * K + 2 * k;
        if (width == 16 && !odd) {
          _mm512_store_si512(block[i], _mm512_loadu_si512(row));
        } else {
          memset(block[i], 0, 64);
          memcpy(block[i], row, (2 * width - (odd ? 1 : 0)) * 2);
        }
      }
      __m512i rows[16], step[16];
      for (int i = 0; i < 16; i++) rows[i] = _mm512_load_si512(block[i]);
      for (int i = 0; i < 8; i++) {
        step[2 * i] = _mm512_unpacklo_epi32(rows[2 * i], rows[2 * i + 1]);
        step[2 * i + 1] = _mm512_unpackhi_epi32(rows[2 * i], rows[2 * i + 1]);
      }
      for (int i = 0; i < 4; i++) {
        rows[4 * i] = _mm512_unpacklo_epi64(step[4 * i], step[4 * i + 2]);
        rows[4 * i + 1] = _mm512_unpackhi_epi64(step[4 * i], step[4 * i + 2]);
        rows[4 * i + 2] = _mm512_unpacklo_epi64(step[4 * i + 1], step[4 * i + 3]);
        rows[4 * i + 3] = _mm512_unpackhi_epi64(step[4 * i + 1], step[4 * i + 3]);
      }
      for (int i = 0; i < 4; i++) {
        step[i] = _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0x88);
        step[4 + i] = _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0xdd);
        step[8 + i] = _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0x88);
        step[12 + i] = _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0xdd);
      }
      for (int i = 0; i < 4; i++) {
        rows[i] = _mm512_shuffle_i32x4(step[i], step[8 + i], 0x88);
        rows[8 + i] = _mm512_shuffle_i32x4(step[i], step[8 + i], 0xdd);
        rows[4 + i] = _mm512_shuffle_i32x4(step[4 + i], step[12 + i], 0x88);
        rows[12 + i] = _mm512_shuffle_i32x4(step[4 + i], step[12 + i], 0xdd);
      }
      for (int64_t i = 0; i < width; i++) _mm512_store_si512(to + (k + i) * PANEL + n, rows[i]);
    }
  }
}

// Columns k of W are columns of the panel; pairs are made of neighbouring rows.
void pack_reverse(const uint16_t* w, int64_t N, int64_t K, int64_t columns, int64_t pairs, packed* to) {
  const __m512i low_order = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37,
                                             5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
  for (int64_t p = 0; p < pairs; p++) {
    const uint16_t* even = w + 2 * p * K;
    const uint16_t* odd = 2 * p + 1 < N ? even + K : nullptr;
    for (int64_t c = 0; c < PANEL; c += 16) {
      const int64_t width = columns - c < 0 ? 0 : columns - c < 16 ? columns - c : 16;
      const __mmask16 mask = (__mmask16)((1u << width) - 1);
      const __m256i e = _mm256_maskz_loadu_epi16(mask, even + c);
      const __m256i o = odd ? _mm256_maskz_loadu_epi16(mask, odd + c) : _mm256_setzero_si256();
      const __m512i both = _mm512_permutex2var_epi16(_mm512_castsi256_si512(e), low_order, _mm512_castsi256_si512(o));
      _mm512_store_si512(to + p * PANEL + c, both);
    }
  }
}

void to_bf16(const float* x, int64_t count, uint16_t* to) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    _mm256_storeu_si256((__m256i*)(to + i), (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(x + i)));
  for (; i < count; i++) to[i] = float_to_bf16(x[i]);
}
#endif

// v [r, ld] or its transpose [columns.., r] to the panel's own columns, zero-filled.
void pack_low_rank(const float* v, bool transposed, int64_t rank, int64_t ld, int64_t begin, int64_t columns,
                   int64_t panel, float* to) {
  for (int64_t j = 0; j < rank; j++)
    for (int64_t c = 0; c < panel; c++)
      to[j * panel + c] = c >= columns ? 0 : transposed ? v[(begin + c) * rank + j] : v[j * ld + begin + c];
}

// Any weights in f32: panels of NR columns.
template <typename Weight>
inline float weight_at(const Weight* w, int64_t i);
template <>
inline float weight_at(const float* w, int64_t i) { return w[i]; }
template <>
inline float weight_at(const uint16_t* w, int64_t i) { return bf16_to_float(w[i]); }

template <typename Weight>
void pack_f32(const Weight* w, bool reverse, int64_t N, int64_t K, int64_t begin, int64_t columns, float* to) {
  if (reverse) {
    for (int64_t n = 0; n < N; n++)
      for (int64_t c = 0; c < NR; c++) to[n * NR + c] = c < columns ? weight_at(w, n * K + begin + c) : 0;
  } else {
    for (int64_t k = 0; k < K; k++)
      for (int64_t c = 0; c < NR; c++) to[k * NR + c] = c < columns ? weight_at(w, (begin + c) * K + k) : 0;
  }
}

template <int M>
inline void f32_tile(const float* x, int64_t ldx, const float* w, int64_t depth, const LowRank& low, const float* v,
                     float* y, int64_t ldy, int64_t columns) {
  vec acc[M][2] = {};
  if (low.rank) tile<M, 2>({low.u, low.rank, 1}, v, NR, low.rank, acc);
  tile<M, 2>({x, ldx, 1}, w, NR, depth, acc);
  for (int m = 0; m < M; m++) {
    if (columns >= NR) {
      store(y + m * ldy, acc[m][0]);
      store(y + m * ldy + VL, acc[m][1]);
    } else {
      for (int64_t c = 0; c < columns; c++) y[m * ldy + c] = acc[m][c / VL][c % VL];
    }
  }
}

struct Product {
  int64_t T, N, K, rank;
  bool reverse, v_transposed;
  const float* x;
  const float* u;
  const float* v;
  float* y;
  int64_t depth() const { return reverse ? N : K; }
  int64_t width() const { return reverse ? K : N; }
};

template <typename Weight>
void product_f32(const Product& p, const Weight* w, Range own) {
  const int64_t depth = p.depth(), width = p.width();
  float* panel = (float*)scratch<0>((depth + p.rank) * NR * 4);
  float* v = panel + depth * NR;
  for (int64_t c = own.begin; c < own.end; c += NR) {
    const int64_t columns = own.end - c < NR ? own.end - c : NR;
    pack_f32(w, p.reverse, p.N, p.K, c, columns, panel);
    pack_low_rank(p.v, p.v_transposed, p.rank, width, c, columns, NR, v);
    int64_t t = 0;
    for (; t + MR <= p.T; t += MR)
      f32_tile<MR>(p.x + t * depth, depth, panel, depth, {p.u + t * p.rank, nullptr, p.rank}, v, p.y + t * width + c,
                   width, columns);
    for (; t < p.T; t++)
      f32_tile<1>(p.x + t * depth, depth, panel, depth, {p.u + t * p.rank, nullptr, p.rank}, v, p.y + t * width + c,
                  width, columns);
  }
}

#if HAS_DOT_BF16
void product_bf16(const Product& p, const uint16_t* w, Range own) {
  const int64_t depth = p.depth(), width = p.width(), pairs = (depth + 1) / 2, ldx = 2 * pairs;
  uint16_t* x = (uint16_t*)scratch<1>(p.T * ldx * 2);
  for (int64_t t = 0; t < p.T; t++) {
    to_bf16(p.x + t * depth, depth, x + t * ldx);
    if (ldx > depth) x[t * ldx + depth] = 0;
  }
  const int64_t panel_bytes = pairs * PANEL * 4 + p.rank * PANEL * 4;
  const int64_t chunk_panels = CHUNK_BYTES / panel_bytes > 0 ? CHUNK_BYTES / panel_bytes : 1;
  packed* chunk = (packed*)scratch<0>(chunk_panels * panel_bytes);
  float edge[TILE_ROWS * PANEL];
  for (int64_t begin = own.begin; begin < own.end; begin += chunk_panels * PANEL) {
    const int64_t end = begin + chunk_panels * PANEL < own.end ? begin + chunk_panels * PANEL : own.end;
    for (int64_t c = begin; c < end; c += PANEL) {
      const int64_t columns = end - c < PANEL ? end - c : PANEL;
      packed* panel = chunk + (c - begin) / PANEL * (panel_bytes / 4);
      if (p.reverse) pack_reverse(w + c, p.N, p.K, columns, pairs, panel);
      else pack_forward(w + c * p.K, p.K, columns, pairs, panel);
      pack_low_rank(p.v, p.v_transposed, p.rank, width, c, columns, PANEL, (float*)(panel + pairs * PANEL));
    }
    for (int64_t block = 0; block < p.T; block += ROW_BLOCK) {
      const int64_t block_end = block + ROW_BLOCK < p.T ? block + ROW_BLOCK : p.T;
      for (int64_t c = begin; c < end; c += PANEL) {
        const int64_t columns = end - c < PANEL ? end - c : PANEL;
        const packed* panel = chunk + (c - begin) / PANEL * (panel_bytes / 4);
        const float* v = (const float*)(panel + pairs * PANEL);
        for (int64_t t = block; t < block_end;) {
          const int64_t rows = block_end - t < TILE_ROWS ? block_end - t : TILE_ROWS;
          const LowRank low = {p.u + t * p.rank, nullptr, p.rank};
          float* y = columns == PANEL ? p.y + t * width + c : edge;
          const int64_t ldy = columns == PANEL ? width : PANEL;
          const uint16_t* from = x + t * ldx;
          switch (rows) {
            case 6: dot_tile<6>(from, ldx, panel, pairs, low, v, y, ldy); break;
            case 5: dot_tile<5>(from, ldx, panel, pairs, low, v, y, ldy); break;
            case 4: dot_tile<4>(from, ldx, panel, pairs, low, v, y, ldy); break;
            case 3: dot_tile<3>(from, ldx, panel, pairs, low, v, y, ldy); break;
            case 2: dot_tile<2>(from, ldx, panel, pairs, low, v, y, ldy); break;
            default: dot_tile<1>(from, ldx, panel, pairs, low, v, y, ldy);
          }
          if (columns < PANEL)
            for (int64_t m = 0; m < rows; m++) memcpy(p.y + (t + m) * width + c, edge + m * PANEL, columns * 4);
          t += rows;
        }
      }
    }
  }
}
#endif

}  // namespace

// parameter: T, N, K, rank, reverse, weights are bf16. input: x [T, depth], W [N, K], u [T, rank], v.
// Forward: depth K, v [N, rank]. Reverse: depth N, v [rank, K].
KERNEL(linear) {
  const int64_t* n = call->parameter;
  const bool reverse = n[4], bf16 = n[5];
  const Product p = {n[0], n[1], n[2], n[3], reverse, !reverse, (const float*)call->input[0], (const float*)call->input[2],
                     (const float*)call->input[3], (float*)call->output};
  const Range own = share(p.width(), 64, thread, threads);
#if HAS_DOT_BF16
  if (bf16) return product_bf16(p, (const uint16_t*)call->input[1], own);
#endif
  if (bf16) return product_f32(p, (const uint16_t*)call->input[1], own);
  product_f32(p, (const float*)call->input[1], own);
}
