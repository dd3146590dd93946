// Cross entropy of a linear head, losses and slopes, against plain sums and against differences.
#include "check.h"

KERNEL(cross_entropy);

namespace {

struct Shape {
  int64_t R, C, V, block;
  bool bf16;
};

Doubles losses(const Shape& s, const Doubles& x, const Doubles& head, const std::vector<int32_t>& places,
               Doubles* slopes) {
  Doubles losses(s.R);
  for (int64_t r = 0; r < s.R; r++) {
    const int64_t label = places[r] - r * s.V;
    Doubles powers(s.V);
    double total = 0;
    for (int64_t v = 0; v < s.V; v++) {
      double logit = 0;
      for (int64_t c = 0; c < s.C; c++) logit += x[r * s.C + c] * head[v * s.C + c];
      total += powers[v] = std::exp(logit);
    }
    losses[r] = std::log(total / powers[label]);
    for (int64_t v = 0; slopes && v < s.V; v++)
      for (int64_t c = 0; c < s.C; c++)
        (*slopes)[r * s.C + c] += (powers[v] / total - (v == label)) * head[v * s.C + c];
  }
  return losses;
}

void check_head(const Shape& s, int threads) {
  char name[120];
  snprintf(name, sizeof name, "R %d C %d V %d block %d bf16 %d threads %d", (int)s.R, (int)s.C, (int)s.V, (int)s.block,
           s.bf16, threads);
  const auto x = normal(s.R * s.C), head = normal(s.V * s.C, 1 / std::sqrt((double)s.C));
  std::unique_ptr<Halves> halves(s.bf16 ? new Halves(*head) : nullptr);
  const void* weights = s.bf16 ? (void*)halves->data : head->data;
  std::vector<int32_t> places(s.R);
  for (int64_t r = 0; r < s.R; r++) places[r] = (int32_t)(r * s.V + pick(0, s.V - 1));
  const int64_t workspace = s.block * (s.V + 1);
  Buffer both(s.R + s.R * s.C + workspace), alone(s.R + workspace);
  run(threads, cross_entropy, {s.R, s.C, s.V, 1, s.bf16, s.block}, {x->data, weights, places.data()}, both.data);
  run(threads, cross_entropy, {s.R, s.C, s.V, 0, s.bf16, s.block}, {x->data, weights, places.data()}, alone.data);
  Doubles X(s.R * s.C), slopes(s.R * s.C);
  for (int64_t i = 0; i < s.R * s.C; i++) X[i] = as_operand(x->data[i], s.bf16);
  const Doubles H = head->doubles(0, s.V * s.C), expected = losses(s, X, H, places, &slopes);
  // Slopes of logits are rounded to the precision of the head's operands.
  const double rounding = as_operand(1.001f, s.bf16) == (double)1.001f ? 1e-5 : 4e-3;
  compare("cross_entropy losses", name, expected, both.data, 5e-6);
  compare("cross_entropy losses alone", name, expected, alone.data, 5e-6);
  compare("cross_entropy slopes", name, slopes, both.data + s.R, rounding);
  if (s.bf16) return;
  const Doubles ones(s.R, 1);
  compare_slope("cross_entropy slopes", name, [&](const Doubles& at) { return dot(losses(s, at, H, places, nullptr), ones); },
                X, both.doubles(s.R, s.R * s.C));
}

void check_random(int threads) {
  for (bool bf16 : {false, true}) {
    const int64_t R = pick({1, 2, 5, 12, 13, pick(1, 40)});
    check_head({R, pick({1, 8, 16, 33, 64}), pick({2, 15, 16, 17, 100, pick(2, 3000)}), pick(1, R), bf16}, threads);
  }
}

void time() {
  const int64_t R = 112, C = 576, V = 49152;
  const auto x = normal(R * C), head = normal(V * C, 0.04);
  const Halves halves(*head);
  std::vector<int32_t> places(R);
  for (int64_t r = 0; r < R; r++) places[r] = (int32_t)(r * V + r);
  Buffer y(R + R * C + R * (V + 1));
  for (int slopes : {0, 1})
    time_kernel(slopes ? "cross_entropy R 112 C 576 V 49152 with slopes" : "cross_entropy R 112 C 576 V 49152", cross_entropy,
                prepared({R, C, V, slopes, 1, R}, {x->data, halves.data, places.data()}, y.data),
                2.0 * (1 + slopes) * R * C * V, "GFLOP/s", 10);
}

const Family family("cross_entropy", check_random, time);

}  // namespace
