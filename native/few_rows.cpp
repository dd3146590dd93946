// y = x Wᵀ + u Vᵀ for a few rows of x, as in decoding: bound by reading W, which is read once, as it lies. A register
// tile of a few tokens by a few rows of W holds VL sums, each a vector along the depth; they are added up together.
// Where the processor multiplies pairs of bf16, x is rounded to bf16 as well.
#include "call.h"
#include "quantized.h"
#include "vector.h"

namespace {

constexpr int MOST_TOKENS = VL < 8 ? VL : 8;  // of a tile
constexpr int64_t BLOCK_ROWS = 16;            // of W, that stay in a core's cache for all tokens
constexpr int64_t AHEAD_ROWS = 16;           // of W, that are asked for before they are needed

struct Product {
  int64_t T, N, K, rank, stored;
  const float* x;
  const void* w;
  const float* u;  // [T, rank]
  const float* v;  // [N, rank]
  float* y;
};

template <typename Weight>
struct InF32 {
  typedef float Input;
  static constexpr int64_t STEP = VL;
  static void convert(const float* x, int64_t count, Input* to) { memcpy(to, x, count * 4); }

  typedef vec Loaded;
  static Loaded weights(const Weight* w) { return load(w); }
  static Loaded weights(const Weight* w, int64_t count) {
    Weight part[VL] = {};
    memcpy(part, w, count * sizeof(Weight));
    return load(part);
  }
  static Loaded input(const Input* x) { return load(x); }
  static vec add(vec sum, Loaded x, Loaded w) { return sum + x * w; }
};

#if defined(__AVX512BF16__)
struct InBf16 {
  typedef uint16_t Input;
  static constexpr int64_t STEP = 32;
  static void convert(const float* x, int64_t count, Input* to) {
    for (int64_t i = 0; i < count; i++) to[i] = float_to_bf16(x[i]);
  }
  typedef __m512i Loaded;
  static Loaded weights(const uint16_t* w) { return _mm512_loadu_si512(w); }
  static Loaded weights(const uint16_t* w, int64_t count) {
    return _mm512_maskz_loadu_epi16((__mmask32)((1ull << count) - 1), w);
  }
  static Loaded input(const Input* x) { return _mm512_loadu_si512(x); }
  static vec add(vec sum, Loaded x, Loaded w) {
    return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)w, (__m512bh)x);
  }
};
#endif

// Rows from n on, which lie at `weights`, by tokens from t on. x [tokens, width], filled up with zeros.
template <typename Method, typename Weight, int TOKENS>
void tile(const Product& p, const Weight* weights, const typename Method::Input* x, int64_t width, int64_t t,
          int64_t n, int64_t end) {
  constexpr int ROWS = VL / TOKENS;
  const Weight* w[ROWS];
  for (int r = 0; r < ROWS; r++) w[r] = weights + (n + r < end ? r : end - 1 - n) * p.K;
  vec sum[VL] = {};
  int64_t k = 0;
  for (; k + Method::STEP <= p.K; k += Method::STEP) {
    typename Method::Loaded in[TOKENS];
    for (int i = 0; i < TOKENS; i++) in[i] = Method::input(x + i * width + k);
    for (int r = 0; r < ROWS; r++) {
      __builtin_prefetch(w[r] + k + AHEAD_ROWS * p.K, 0, 2);
      const auto row = Method::weights(w[r] + k);
      for (int i = 0; i < TOKENS; i++) sum[r * TOKENS + i] = Method::add(sum[r * TOKENS + i], in[i], row);
    }
  }
  if (k < p.K) {
    for (int r = 0; r < ROWS; r++) {
      const auto row = Method::weights(w[r] + k, p.K - k);
      for (int i = 0; i < TOKENS; i++)
        sum[r * TOKENS + i] = Method::add(sum[r * TOKENS + i], Method::input(x + i * width + k), row);
    }
  }
  for (int64_t j = 0; j < p.rank; j += VL) {
    const int64_t count = p.rank - j < VL ? p.rank - j : VL;
    for (int r = 0; r < ROWS && n + r < end; r++) {
      const vec v = load_part(p.v + (n + r) * p.rank + j, count);
      for (int i = 0; i < TOKENS && t + i < p.T; i++)
        sum[r * TOKENS + i] += v * load_part(p.u + (t + i) * p.rank + j, count);
    }
  }
  const vec totals = sums(sum);
  for (int r = 0; r < ROWS && n + r < end; r++)
    for (int i = 0; i < TOKENS && t + i < p.T; i++) p.y[(t + i) * p.N + n + r] = totals[r * TOKENS + i];
}

template <typename Method, typename Weight, int TOKENS>
void product(const Product& p, int thread, int threads) {
  const int64_t width = (p.K + Method::STEP - 1) / Method::STEP * Method::STEP;
  const int64_t tokens = (p.T + TOKENS - 1) / TOKENS * TOKENS;
  auto* x = (typename Method::Input*)scratch<0>(tokens * width * sizeof(typename Method::Input));
  memset(x, 0, tokens * width * sizeof *x);
  for (int64_t t = 0; t < p.T; t++) Method::convert(p.x + t * p.K, p.K, x + t * width);
  uint16_t* decoded = is_quantized(p.stored) ? (uint16_t*)scratch<1>(BLOCK_ROWS * p.K * 2) : nullptr;
  const Range own = share(p.N, BLOCK_ROWS, thread, threads);
  for (int64_t block = own.begin; block < own.end; block += BLOCK_ROWS) {
    const int64_t end = block + BLOCK_ROWS < own.end ? block + BLOCK_ROWS : own.end;
    const Weight* w = (const Weight*)p.w + block * p.K;
    if (decoded) {
      BlockMatrix{p.stored, p.w, p.K}.decode(block, end - block, 0, p.K, decoded);
      w = (const Weight*)decoded;
    }
    for (int64_t t = 0; t < p.T; t += TOKENS)
      for (int64_t n = block; n < end; n += VL / TOKENS)
        tile<Method, Weight, TOKENS>(p, w + (n - block) * p.K, x + t * width, width, t, n, end);
  }
}

template <typename Method, typename Weight, int TOKENS = MOST_TOKENS>
void fitting(const Product& p, int thread, int threads) {
  if constexpr (TOKENS > 1)
    if (p.T <= TOKENS / 2) return fitting<Method, Weight, TOKENS / 2>(p, thread, threads);
  product<Method, Weight, TOKENS>(p, thread, threads);
}

}  // namespace

// parameter: T, N, K, rank, 0, what W is stored as. input: x [T, K], W [N, K], u [T, rank], v [N, rank]. output: [T, N].
KERNEL(linear_few_rows) {
  const int64_t* n = call->parameter;
  const Product p = {n[0], n[1], n[2], n[3], n[5], (const float*)call->input[0], call->input[1],
                     (const float*)call->input[2], (const float*)call->input[3], (float*)call->output};
  if (p.stored == F32) return fitting<InF32<float>, float>(p, thread, threads);
#if defined(__AVX512BF16__)
  fitting<InBf16, uint16_t>(p, thread, threads);
#else
  fitting<InF32<uint16_t>, uint16_t>(p, thread, threads);
#endif
}
