// SwiGLU and GEGLU, forward and reverse, against their formulas.
#include "check.h"

KERNEL(swiglu_forward);
KERNEL(swiglu_reverse);
KERNEL(geglu_forward);
KERNEL(geglu_reverse);

namespace {

void check_gated(int threads, bool gelu) {
  const int64_t n = pick({1, 15, 16, 17, 100, 1000});
  char name[80];
  snprintf(name, sizeof name, "%s count %d threads %d", gelu ? "geglu" : "swiglu", (int)n, threads);
  const auto gate = normal(n, pick({1, 4, 30})), up = normal(n), g = normal(n);
  Buffer y(n), d(2 * n);
  run(threads, gelu ? geglu_forward : swiglu_forward, {n}, {gate->data, up->data}, y.data);
  run(threads, gelu ? geglu_reverse : swiglu_reverse, {n}, {gate->data, up->data, g->data}, d.data);
  Doubles expected(n), dgate(n), dup(n), sizes(n);
  for (int64_t i = 0; i < n; i++) {
    const double x = gate->data[i], a = std::sqrt(2 / M_PI), c = 0.044715;
    const double argument = gelu ? 2 * a * (x + c * x * x * x) : x, inner = gelu ? 2 * a * (1 + 3 * c * x * x) : 1;
    const double s = 1 / (1 + std::exp(-argument)), slope = s + x * s * (1 - s) * inner;
    expected[i] = x * s * up->data[i];
    dup[i] = x * s * g->data[i];
    dgate[i] = g->data[i] * up->data[i] * slope;
    sizes[i] = std::fabs(g->data[i] * up->data[i]) * (s + std::fabs(x * s * (1 - s) * inner));
  }
  Doubles relative(n), relative_up(n);
  // e^-x of a float x is as exact as x: |x| ulp.
  for (int64_t i = 0; i < n; i++) {
    const double x = std::fabs(gate->data[i]), looser = 1 + (gelu ? x * x * x / 4 + x : x) / 8;
    relative[i] = std::fabs(expected[i]) * looser, relative_up[i] = std::fabs(dup[i]) * looser;
    sizes[i] *= looser;
  }
  compare(gelu ? "geglu_forward" : "swiglu_forward", name, expected, y.data, 1e-6, &relative);
  compare(gelu ? "geglu_reverse dgate" : "swiglu_reverse dgate", name, dgate, d.data, 2e-6, &sizes);
  compare(gelu ? "geglu_reverse dup" : "swiglu_reverse dup", name, dup, d.data + n, 1e-6, &relative_up);
}

void check_random(int threads) {
  for (bool gelu : {false, true}) check_gated(threads, gelu);
}

void time() {
  const int64_t T = 849, F = 1536;
  const auto x = normal(T * F), g = normal(T * F), u = normal(T * F);
  Buffer y(T * F * 2);
  for (Kernel forward : {swiglu_forward, geglu_forward})
    time_kernel(forward == swiglu_forward ? "swiglu_forward 849 x 1536" : "geglu_forward 849 x 1536", forward,
                prepared({T * F}, {x->data, u->data}, y.data), 12.0 * T * F, "GB/s", 200);
  for (Kernel reverse : {swiglu_reverse, geglu_reverse})
    time_kernel(reverse == swiglu_reverse ? "swiglu_reverse 849 x 1536" : "geglu_reverse 849 x 1536", reverse,
                prepared({T * F}, {x->data, u->data, g->data}, y.data), 20.0 * T * F, "GB/s", 200);
}

const Family family("gated_unit", check_random, time);

}  // namespace
