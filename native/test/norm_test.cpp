// RMS norm, forward and reverse, against the formula and against differences.
#include "check.h"

KERNEL(rms_norm_forward);
KERNEL(rms_norm_reverse);

namespace {

void check_norm(int threads) {
  const int64_t R = pick(1, 40), C = pick({1, 3, 16, 17, 64, 100, 576}), n = R * C;
  char name[80];
  snprintf(name, sizeof name, "R %d C %d threads %d", (int)R, (int)C, threads);
  const double epsilon = 1e-5;
  const auto x = normal(n), w = normal(C), g = normal(n);
  Buffer y(n), dx(n);
  run(threads, rms_norm_forward, {R, C, encoded(epsilon)}, {x->data, w->data}, y.data);
  run(threads, rms_norm_reverse, {R, C, encoded(epsilon)}, {x->data, w->data, g->data}, dx.data);
  const Doubles W = w->doubles(0, C), G = g->doubles(0, n), X = x->doubles(0, n);
  const auto forward = [&](const Doubles& from) {
    Doubles to(n);
    for (int64_t r = 0; r < R; r++) {
      double squares = 0;
      for (int64_t c = 0; c < C; c++) squares += from[r * C + c] * from[r * C + c];
      for (int64_t c = 0; c < C; c++) to[r * C + c] = from[r * C + c] * W[c] / std::sqrt(squares / (double)C + epsilon);
    }
    return to;
  };
  compare("rms_norm_forward", name, forward(X), y.data, 1e-6);
  Doubles expected(n);
  for (int64_t r = 0; r < R; r++) {
    double squares = 0, products = 0;
    for (int64_t c = 0; c < C; c++) {
      const int64_t i = r * C + c;
      squares += X[i] * X[i], products += X[i] * W[c] * G[i];
    }
    const double root = std::sqrt(squares / (double)C + epsilon);
    for (int64_t c = 0; c < C; c++) {
      const int64_t i = r * C + c;
      expected[i] = G[i] * W[c] / root - X[i] * products / (double)C / (root * root * root);
    }
  }
  if (C == 1) return;  // all cancels
  compare("rms_norm_reverse", name, expected, dx.data, 3e-6);
  compare_slope("rms_norm_reverse", name, [&](const Doubles& a) { return dot(forward(a), G); }, X, dx.doubles(0, n));
}

void time() {
  const int64_t T = 849, C = 576;
  const auto x = normal(T * C), w = normal(C), g = normal(T * C);
  Buffer y(T * C);
  time_kernel("rms_norm_forward R 849 C 576", rms_norm_forward, prepared({T, C, encoded(1e-5)}, {x->data, w->data}, y.data),
              8.0 * T * C, "GB/s", 200);
  time_kernel("rms_norm_reverse R 849 C 576", rms_norm_reverse,
              prepared({T, C, encoded(1e-5)}, {x->data, w->data, g->data}, y.data), 12.0 * T * C, "GB/s", 200);
}

const Family family("norm", check_norm, time);

}  // namespace
