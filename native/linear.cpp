// y = x Wᵀ + u Vᵀ and its reverse dx = dy W + u V, with the low-rank term of an adapter added on the way. Weights are
// bf16, f32 or in quantized blocks, row-major [N, K]; both directions read them as they lie and pack panels of columns on the fly, so no
// second copy is kept. Each thread owns a rectangle of the result; nothing is shared, so there is no barrier.
// Where the processor multiplies pairs of bf16, x is rounded to bf16 as well.
#include "call.h"
#include "gemm_f32.h"
#include "quantized.h"
#include "vector.h"

namespace {

// Packed weights that stay in a core's second-level cache, and rows of x worked on while they are there.
constexpr int64_t CHUNK_BYTES = 256 * 1024;
constexpr int64_t ROW_BLOCK = 192;
// Contractions up to this depth are packed whole, deeper ones in blocks.
constexpr int64_t WHOLE_DEPTH = 2048, DEPTH_BLOCK = 512;

struct Product {
  int64_t T, N, K, rank, stored;
  bool reverse;
  const float* x;
  const void* w;
  const float* u;  // [T, rank]
  const float* v;  // [width, rank], reverse [rank, width]
  float* y;
  int64_t depth() const { return reverse ? N : K; }
  int64_t width() const { return reverse ? K : N; }
};

// Where a tile starts: from the low-rank term, or from what earlier depths gave.
struct Start {
  bool first;
  int64_t rank;
  const float* u;
  const float* v;  // [rank, PANEL]
};

template <typename Element>
struct Matrix {
  const Element* data;
  int64_t ld;
};

// Columns that are packed together, as panels.
struct Chunk {
  int64_t begin, end;
  float* panels;
  int64_t panel_columns, panel_floats;
  float* panel(int64_t column) const { return panels + (column - begin) / panel_columns * panel_floats; }
};

template <typename Weight>
inline vec load_weights(const Weight* w, int64_t count) {
  if (count >= VL) return load(w);
  Weight part[VL] = {};
  for (int64_t i = 0; i < count; i++) part[i] = w[i];
  return load(part);
}

// The columns of a panel are rows of W: squares of it are transposed. `at(column, depth)` loads a vector along depth.
template <typename At>
inline void pack_transposed(int64_t depth, int64_t panel, At at, float* to) {
  for (int64_t c = 0; c < panel; c += VL) {
    for (int64_t d = 0; d < depth; d += VL) {
      vec square[VL];
#pragma GCC unroll 16
      for (int i = 0; i < VL; i++) square[i] = at(c + i, d);
      transpose(square);
      const int64_t rows = depth - d < VL ? depth - d : VL;
      for (int64_t i = 0; i < rows; i++) store(to + (d + i) * panel + c, square[i]);
    }
  }
}

template <typename Weight>
struct InF32 {
  static constexpr int64_t PANEL = NR, STEP = NR;  // STEP: columns that threads' shares consist of
  static constexpr int ROWS = MR;

  static Matrix<float> input(const float* x, int64_t, int64_t ld, int64_t) { return {x, ld}; }
  static int64_t panel_floats(int64_t depth) { return depth * PANEL; }

  static void pack(const Product& p, const Chunk& chunk, int64_t from, int64_t depth) {
    const Weight* w = (const Weight*)p.w;
    if (p.reverse) {
      for (int64_t d = 0; d < depth; d++)
        for (int64_t c = chunk.begin; c < chunk.end; c += VL)
          store(chunk.panel(c) + d * PANEL + (c - chunk.begin) % PANEL,
                load_weights(w + (from + d) * p.K + c, chunk.end - c));
      return;
    }
    for (int64_t c = chunk.begin; c < chunk.end; c += PANEL)
      pack_transposed(depth, PANEL, [&](int64_t i, int64_t d) {
        return c + i < chunk.end ? load_weights(w + (c + i) * p.K + from + d, depth - d) : vec{};
      }, chunk.panel(c));
  }

  template <int M>
  static void tile_at(const float* x, int64_t ldx, const float* panel, int64_t depth, const Start& start, float* y,
                      int64_t ldy, int64_t columns) {
    vec acc[M][2] = {};
    if (!start.first) {
      for (int m = 0; m < M; m++)
        for (int i = 0; i < 2; i++)
          acc[m][i] = columns >= PANEL ? load(y + m * ldy + i * VL)
                                       : load_weights(y + m * ldy + i * VL, columns - i * VL);
    } else if (start.rank) {
      tile<M, 2>({start.u, start.rank, 1}, start.v, PANEL, start.rank, acc);
    }
    tile<M, 2>({x, ldx, 1}, panel, PANEL, depth, acc);
    for (int m = 0; m < M; m++) {
      for (int i = 0; i < 2; i++) {
        const int64_t count = columns - i * VL;
        if (count >= VL) store(y + m * ldy + i * VL, acc[m][i]);
        else if (count > 0) store_part(y + m * ldy + i * VL, acc[m][i], count);
      }
    }
  }
  // As many rows as one tile takes; returns their number.
  static int64_t tiles(const float* x, int64_t ldx, const float* panel, int64_t depth, const Start& start, float* y,
                       int64_t ldy, int64_t rows, int64_t columns) {
    if (rows >= MR) return tile_at<MR>(x, ldx, panel, depth, start, y, ldy, columns), MR;
    if (rows >= 4) return tile_at<4>(x, ldx, panel, depth, start, y, ldy, columns), 4;
    if (rows >= 2) return tile_at<2>(x, ldx, panel, depth, start, y, ldy, columns), 2;
    return tile_at<1>(x, ldx, panel, depth, start, y, ldy, columns), 1;
  }
};

#if defined(__AVX512BF16__)
// A panel holds two neighbours along the depth in each 32 bits.
struct InBf16 {
  static constexpr int64_t PANEL = 64, STEP = 32;
  static constexpr int ROWS = 6;

  static int64_t panel_floats(int64_t depth) { return (depth + 1) / 2 * PANEL; }

  static Matrix<uint16_t> input(const float* x, int64_t rows, int64_t ld, int64_t depth) {
    const int64_t width = depth + depth % 2;
    uint16_t* half = (uint16_t*)scratch<1>(rows * width * 2);
    for (int64_t t = 0; t < rows; t++) {
      const float* from = x + t * ld;
      uint16_t* to = half + t * width;
      int64_t i = 0;
      for (; i + 16 <= depth; i += 16)
        _mm256_storeu_si256((__m256i*)(to + i), (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(from + i)));
      for (; i < depth; i++) to[i] = float_to_bf16(from[i]);
      if (depth % 2) to[depth] = 0;
    }
    return {half, width};
  }

  static int64_t layout(int64_t columns) { return columns > 32 ? PANEL : 32; }

  static void pack(const Product& p, const Chunk& chunk, int64_t from, int64_t depth) {
    const uint16_t* w = (const uint16_t*)p.w;
    if (p.reverse) return pack_pairs_of_rows(w + from * p.K, p.K, chunk, depth);
    for (int64_t c = chunk.begin; c < chunk.end; c += PANEL)
      pack_transposed((depth + 1) / 2, layout(chunk.end - c), [&](int64_t i, int64_t d) {
        vec pairs = {};
        if (c + i >= chunk.end) return pairs;
        const uint16_t* at = w + (c + i) * p.K + from + 2 * d;
        const int64_t left = depth - 2 * d;
        _mm_prefetch(at + 16 * p.K, _MM_HINT_T0);  // the next sixteen rows lie right behind these
        if (left >= 32) memcpy(&pairs, at, 64);
        else memcpy(&pairs, at, left * 2);
        return pairs;
      }, chunk.panel(c));
  }

  // Reads whole rows, so that memory streams.
  static constexpr int64_t AHEAD = 8;  // rows that are asked for before they are needed
  static void pack_pairs_of_rows(const uint16_t* w, int64_t ld, const Chunk& chunk, int64_t depth) {
    const __m512i order = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6,
                                           37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
    const __m512i high_order = _mm512_add_epi16(order, _mm512_set1_epi16(16));
    for (int64_t d = 0; d < depth; d += 2) {
      for (int64_t c = chunk.begin; c < chunk.end; c += 32) {
        const int64_t panel_begin = c - (c - chunk.begin) % PANEL, panel = layout(chunk.end - panel_begin);
        const __mmask32 mask = chunk.end - c >= 32 ? ~0u : (1u << (chunk.end - c)) - 1;
        _mm_prefetch(w + (d + AHEAD) * ld + c, _MM_HINT_T0);
        _mm_prefetch(w + (d + AHEAD + 1) * ld + c, _MM_HINT_T0);
        const __m512i even = _mm512_maskz_loadu_epi16(mask, w + d * ld + c);
        const __m512i odd = _mm512_maskz_loadu_epi16(d + 1 < depth ? mask : 0, w + (d + 1) * ld + c);
        float* to = chunk.panel(c) + d / 2 * panel + c - panel_begin;
        _mm512_store_si512(to, _mm512_permutex2var_epi16(even, order, odd));
        _mm512_store_si512(to + 16, _mm512_permutex2var_epi16(even, high_order, odd));
      }
    }
  }

  template <int M, int V>
  static void tile_at(const uint16_t* x, int64_t ldx, const float* panel, int64_t depth, const Start& start, float* y,
                      int64_t ldy, int64_t columns) {
    __mmask16 mask[V];
    for (int i = 0; i < V; i++) {
      const int64_t count = columns - 16 * i;
      mask[i] = count >= 16 ? 0xffff : count <= 0 ? 0 : (__mmask16)((1u << count) - 1);
    }
    __m512 acc[M][V];
    const float* earlier = y;
#pragma GCC unroll 12
    for (int m = 0; m < M; m++, earlier += ldy)
      for (int i = 0; i < V; i++)
        acc[m][i] = start.first ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(mask[i], earlier + 16 * i);
    for (int64_t j = 0; start.first && j < start.rank; j++) {
      __m512 right[V];
      for (int i = 0; i < V; i++) right[i] = _mm512_loadu_ps(start.v + j * PANEL + 16 * i);
#pragma GCC unroll 12
      for (int m = 0; m < M; m++) {
        const __m512 left = _mm512_set1_ps(start.u[m * start.rank + j]);
        for (int i = 0; i < V; i++) acc[m][i] = _mm512_fmadd_ps(left, right[i], acc[m][i]);
      }
    }
    // Lines of y come from memory while the tile computes; else its stores would wait for them one by one.
    const float* later = y;
    for (int m = 0; m < M; m++, later += ldy)
      for (int i = 0; i < V; i++) __builtin_prefetch(later + 16 * i, 1);
    const int64_t pairs = (depth + 1) / 2;
    for (int64_t d = 0; d < pairs; d++) {
      __m512bh right[V];
      for (int i = 0; i < V; i++) right[i] = (__m512bh)_mm512_load_si512(panel + (d * V + i) * 16);
#pragma GCC unroll 12
      for (int m = 0; m < M; m++) {
        int pair;
        memcpy(&pair, x + m * ldx + 2 * d, 4);
        const __m512bh left = (__m512bh)_mm512_set1_epi32(pair);
        for (int i = 0; i < V; i++) acc[m][i] = _mm512_dpbf16_ps(acc[m][i], left, right[i]);
      }
    }
#pragma GCC unroll 12
    for (int m = 0; m < M; m++, y += ldy)
      for (int i = 0; i < V; i++) _mm512_mask_storeu_ps(y + 16 * i, mask[i], acc[m][i]);
  }

  static int64_t tiles(const uint16_t* x, int64_t ldx, const float* panel, int64_t depth, const Start& start, float* y,
                       int64_t ldy, int64_t rows, int64_t columns) {
#define TILE(M, V) return tile_at<M, V>(x, ldx, panel, depth, start, y, ldy, columns), M
    if (columns > 32) {
      if (rows >= 6) TILE(6, 4);
      if (rows >= 3) TILE(3, 4);
      TILE(1, 4);
    }
    if (rows >= 12) TILE(12, 2);
    if (rows >= 6) TILE(6, 2);
    if (rows >= 3) TILE(3, 2);
    TILE(1, 2);
#undef TILE
  }
};
#endif

// The product with the quantized weights that a chunk reads as bf16, so placed that the same indices reach them.
Product decoded(const Product& p, const Chunk& chunk, int64_t from, int64_t depth) {
  const int64_t row = p.reverse ? from : chunk.begin, rows = p.reverse ? depth : chunk.end - chunk.begin;
  const int64_t column = (p.reverse ? chunk.begin : from) / QUANTIZED_BLOCK * QUANTIZED_BLOCK;
  const int64_t end = p.reverse ? chunk.end : from + depth;
  const int64_t columns = (end - column + QUANTIZED_BLOCK - 1) / QUANTIZED_BLOCK * QUANTIZED_BLOCK;
  uint16_t* weights = (uint16_t*)scratch<2>(rows * columns * 2);
  BlockMatrix{p.stored, p.w, p.K}.decode(row, rows, column, columns, weights);
  Product result = p;
  result.w = weights - (row * columns + column);
  result.K = columns;
  return result;
}

// The part of the result that a thread owns. Threads form a grid, so that each packs and converts little.
struct Part {
  Range rows, columns;
};

template <typename Method>
Part part_of(const Product& p, int thread, int threads) {
  int best = 1;
  int64_t least = INT64_MAX;
  for (int down = 1; down <= threads; down++) {
    if (threads % down) continue;
    const Range rows = share(p.T, Method::ROWS, down - 1, down);  // the last share is the largest
    const Range columns = share(p.width(), Method::STEP, threads / down - 1, threads / down);
    const int64_t t = rows.end - rows.begin, c = columns.end - columns.begin;
    const int64_t cost = t * c + 10 * (t + c);
    if (cost < least) least = cost, best = down;
  }
  return {share(p.T, Method::ROWS, thread % best, best), share(p.width(), Method::STEP, thread / best, threads / best)};
}

// v [width, rank] or [rank, width] behind each panel, in its columns.
void pack_low_rank(const Product& p, const Chunk& chunk) {
  for (int64_t c = chunk.begin; c < chunk.end; c++) {
    const int64_t width = chunk.panel_columns;
    float* to = chunk.panel(c) + chunk.panel_floats - p.rank * width + (c - chunk.begin) % width;
    for (int64_t j = 0; j < p.rank; j++)
      to[j * width] = p.reverse ? p.v[j * p.width() + c] : p.v[c * p.rank + j];
  }
}

template <typename Method>
void product(const Product& p, int thread, int threads) {
  const auto [rows, own] = part_of<Method>(p, thread, threads);
  if (rows.begin == rows.end || own.begin == own.end) return;
  const int64_t deepest = p.depth() <= WHOLE_DEPTH ? p.depth() : DEPTH_BLOCK;
  const int64_t panel_floats = Method::panel_floats(deepest) + p.rank * Method::PANEL;
  const int64_t most = CHUNK_BYTES / 4 / panel_floats;
  const int64_t step = (most > 0 ? most : 1) * Method::PANEL;
  float* panels = (float*)scratch<0>(step / Method::PANEL * panel_floats * 4);
  for (int64_t from = 0; from < p.depth(); from += deepest) {
    const int64_t depth = p.depth() - from < deepest ? p.depth() - from : deepest;
    const auto [x, ldx] = Method::input(p.x + rows.begin * p.depth() + from, rows.end - rows.begin, p.depth(), depth);
    for (int64_t begin = own.begin; begin < own.end; begin += step) {
      const int64_t end = begin + step < own.end ? begin + step : own.end;
      const Chunk chunk = {begin, end, panels, Method::PANEL, panel_floats};
      Method::pack(is_quantized(p.stored) ? decoded(p, chunk, from, depth) : p, chunk, from, depth);
      if (from == 0) pack_low_rank(p, chunk);
      for (int64_t block = rows.begin; block < rows.end; block += ROW_BLOCK) {
        const int64_t block_end = block + ROW_BLOCK < rows.end ? block + ROW_BLOCK : rows.end;
        for (int64_t c = begin; c < end; c += Method::PANEL) {
          const float* panel = chunk.panel(c);
          for (int64_t t = block; t < block_end;) {
            const Start start = {from == 0, p.rank, p.u + t * p.rank, panel + panel_floats - p.rank * Method::PANEL};
            t += Method::tiles(x + (t - rows.begin) * ldx, ldx, panel, depth, start, p.y + t * p.width() + c, p.width(),
                               block_end - t, end - c);
          }
        }
      }
    }
  }
}

}  // namespace

// parameter: T, N, K, rank, reverse, what W is stored as. input: x [T, depth], W [N, K], u [T, rank], v. output: [T, width].
// Forward: depth K, width N, v [N, rank]. Reverse: depth N, width K, v [rank, K].
KERNEL(linear) {
  const int64_t* n = call->parameter;
  const bool reverse = n[4];
  const Product p = {n[0], n[1], n[2], n[3], n[5], reverse, (const float*)call->input[0], call->input[1],
                     (const float*)call->input[2], (const float*)call->input[3], (float*)call->output};
  if (p.stored == F32) return product<InF32<float>>(p, thread, threads);
#if defined(__AVX512BF16__)
  product<InBf16>(p, thread, threads);
#else
  product<InF32<uint16_t>>(p, thread, threads);
#endif
}
