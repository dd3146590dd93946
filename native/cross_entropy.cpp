// Cross entropy of a linear head, and its slopes by the head's input, https://arxiv.org/abs/2410.10989: logits exist for
// one block of rows at a time. They become slopes in place, and the head turns these back before the next block.
#include "call.h"
#include "vector.h"

KERNEL(linear);

namespace {

struct Sizes {
  int64_t R, C, V;
  bool slopes, bf16;
  int64_t block;
  explicit Sizes(const int64_t* n) : R(n[0]), C(n[1]), V(n[2]), slopes(n[3]), bf16(n[4]), block(n[5]) {}
};

// y [rows, V] = x headᵀ, in reverse y [rows, C] = x head.
void by_head(const Call* call, const Sizes& s, bool reverse, int64_t rows, const float* x, float* y, int thread,
             int threads) {
  Call product = {{rows, s.V, s.C, 0, reverse, s.bf16}, {(void*)x, call->input[1], (void*)x, (void*)x}, y, {0}};
  linear(nullptr, thread, threads, &product);
}

struct Softened {
  float loss, total;
};

// Logits become e^(logit - highest), the label's minus the sum of all others: total times the slopes p - onehot. So
// the label's keeps its digits where p is near 1.
Softened soften(float* logits, int64_t V, int64_t label) {
  constexpr int64_t PIECE = 128 * VL;  // so long that a sum in f32 stays exact
  vec tops = splat(-INFINITY);
  int64_t v = 0;
  for (; v + VL <= V; v += VL) tops = max(tops, load(logits + v));
  float top = max(tops);
  for (; v < V; v++) top = std::fmax(top, logits[v]);
  const float own_logit = logits[label] - top;
  logits[label] = -INFINITY;
  double others = 0;
  for (int64_t begin = 0; begin < V; begin += PIECE) {
    const int64_t end = begin + PIECE < V ? begin + PIECE : V;
    vec sums = {};
    for (v = begin; v + VL <= end; v += VL) {
      const vec power = exp(load(logits + v) - top);
      store(logits + v, power);
      sums += power;
    }
    others += sum(sums);
    for (; v < end; v++) others += logits[v] = std::exp(logits[v] - top);
  }
  const double own = std::exp((double)own_logit), total = own + others;
  logits[label] = (float)-others;
  return {(float)(own > 0.5 ? std::log1p(others / own) : std::log(total) - own_logit), (float)total};
}

}  // namespace

// parameter: R, C, V, whether slopes are wanted, whether the head is bf16, rows of a block. input: x [R, C], head [V, C],
// places i32 [R]: r V + label. output: losses [R], slopes [R, C] if wanted, workspace: block (V + 1) floats.
KERNEL(cross_entropy) {
  const Sizes s(call->parameter);
  const float* x = (const float*)call->input[0];
  const int32_t* places = (const int32_t*)call->input[2];
  float* losses = (float*)call->output;
  float* slopes = losses + s.R;
  float* logits = slopes + (s.slopes ? s.R * s.C : 0);
  float* totals = logits + s.block * s.V;
  for (int64_t begin = 0; begin < s.R; begin += s.block) {
    const int64_t rows = begin + s.block < s.R ? s.block : s.R - begin;
    by_head(call, s, false, rows, x + begin * s.C, logits, thread, threads);
    barrier(call, threads);
    const Range own = share(rows, 1, thread, threads);
    for (int64_t r = own.begin; r < own.end; r++) {
      const auto [loss, total] = soften(logits + r * s.V, s.V, places[begin + r] - (begin + r) * s.V);
      losses[begin + r] = loss, totals[r] = total;
    }
    barrier(call, threads);
    if (!s.slopes) continue;
    float* block_slopes = slopes + begin * s.C;
    by_head(call, s, true, rows, logits, block_slopes, thread, threads);
    barrier(call, threads);
    for (int64_t i = own.begin * s.C; i < own.end * s.C; i++) block_slopes[i] /= totals[i / s.C];
  }
}
