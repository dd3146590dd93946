// Rotary positions against sine and cosine in double precision.
#include <cstring>

#include "check.h"

KERNEL(rope);

namespace {

void check_rope(int threads) {
  const int64_t T = pick(1, 60), H = pick(1, 5), D = 2 * pick({1, 5, 16, 32, 36, 64, 128}), n = T * H * D;
  const bool with_factors = pick(0, 1);
  const double base = with_factors ? 500000 : 10000, scale = pick(0, 1) ? -1 : 0.125;
  char name[100];
  snprintf(name, sizeof name, "T %d H %d D %d factors %d scale %g threads %d", (int)T, (int)H, (int)D, with_factors, scale,
           threads);
  const auto x = normal(n), factors = normal(D / 2), positions = normal(T);
  Doubles expected(n);
  for (int64_t i = 0; i < D / 2; i++) factors->data[i] = 1 + std::fabs(factors->data[i]);
  for (int64_t t = 0; t < T; t++) {
    const int32_t position = (int32_t)pick({t, pick(0, 40000)});
    memcpy(positions->data + t, &position, 4);
    for (int64_t i = 0; i < D / 2; i++) {
      const double frequency = std::pow(base, -2.0 * (double)i / (double)D) * scale;
      const float angle = (float)(with_factors ? frequency / factors->data[i] : frequency) * (float)position;
      for (int64_t h = 0; h < H; h++) {
        const int64_t at = (t * H + h) * D + i;
        const double a = x->data[at], b = x->data[at + D / 2], c = std::cos((double)angle), s = std::sin((double)angle);
        expected[at] = a * c - b * s, expected[at + D / 2] = a * s + b * c;
      }
    }
  }
  Buffer y(n);
  run(threads, rope, {T, H, D, encoded(base), encoded(scale), with_factors}, {x->data, positions->data, factors->data},
      y.data);
  compare("rope", name, expected, y.data, 2e-6);
}

void time() {
  const int64_t T = 849;
  const auto x = normal(T * 576);
  Buffer y(T * 576);
  std::vector<int32_t> positions(T);
  for (int64_t t = 0; t < T; t++) positions[t] = (int32_t)(t % 121);
  time_kernel("rope 849 x 9 x 64", rope, prepared({T, 9, 64, encoded(10000), encoded(1), 0}, {x->data, positions.data()}, y.data),
              8.0 * T * 576, "GB/s", 200);
}

const Family family("rope", check_rope, time);

}  // namespace
