// Linear layers in both directions, of many rows and of few, with and without a low-rank term.
#include "check.h"

KERNEL(linear);
KERNEL(linear_few_rows);

namespace {

void check_linear(int threads, bool reverse, bool bf16) {
  const int64_t T = pick({1, 2, 5, 6, 7, 33, pick(1, 200)}), deep = T < 10 && pick(0, 3) == 0 ? pick(2000, 4200) : 300;
  const int64_t N = pick({1, 7, 64, 65, 96, 200, pick(1, 300), reverse ? deep : 20});
  const int64_t K = pick({1, 2, 31, 32, 64, 65, 128, 199, pick(1, 300), reverse ? 20 : deep}), rank = pick({0, 0, 1, 4, 8, 12});
  const int64_t depth = reverse ? N : K, width = reverse ? K : N;
  char name[120];
  snprintf(name, sizeof name, "T %d N %d K %d rank %d reverse %d bf16 %d threads %d", (int)T, (int)N, (int)K, (int)rank,
           reverse, bf16, threads);
  const auto x = normal(T * depth), u = normal(T * rank), v = normal(rank * width);
  auto w = normal(N * K);
  Buffer y(T * width);
  std::unique_ptr<Halves> halves(bf16 ? new Halves(*w) : nullptr);
  const void* weights = bf16 ? (void*)halves->data : w->data;
  run(threads, linear, {T, N, K, rank, reverse, bf16}, {x->data, weights, u->data, v->data}, y.data);
  Doubles expected(T * width), sizes(T * width);
  for (int64_t t = 0; t < T; t++) {
    for (int64_t c = 0; c < width; c++) {
      double total = 0, size = 0;
      for (int64_t i = 0; i < depth; i++) {
        const double p = as_operand(x->data[t * depth + i], bf16) * w->data[reverse ? i * K + c : c * K + i];
        total += p, size += std::fabs(p);
      }
      for (int64_t j = 0; j < rank; j++) {
        const double p = (double)u->data[t * rank + j] * v->data[reverse ? j * width + c : c * rank + j];
        total += p, size += std::fabs(p);
      }
      expected[t * width + c] = total, sizes[t * width + c] = size;
    }
  }
  compare("linear", name, expected, y.data, 1e-6, &sizes);
  if (reverse) return;
  run(threads, linear_few_rows, {T, N, K, rank, 0, bf16}, {x->data, weights, u->data, v->data}, y.data);
  compare("linear_few_rows", name, expected, y.data, 1e-6, &sizes);
}

void check_random(int threads) {
  for (bool bf16 : {false, true})
    for (bool reverse : {false, true}) check_linear(threads, reverse, bf16);
}

void time_linear(int64_t T, int64_t N, int64_t K, int64_t rank, bool bf16, int calls) {
  auto w = normal(N * K);
  std::unique_ptr<Halves> halves(bf16 ? new Halves(*w) : nullptr);
  const auto x = normal(T * K), g = normal(T * N), u = normal(T * rank), v = normal(rank * (N > K ? N : K));
  Buffer y(T * N), dx(T * K);
  const void* weights = bf16 ? (void*)halves->data : w->data;
  const double work = 2.0 * (double)T * (double)N * (double)K;
  for (int reverse = 0; reverse < 2; reverse++) {
    char name[100];
    snprintf(name, sizeof name, "linear %s T %d N %d K %d rank %d %s", reverse ? "reverse" : "forward", (int)T, (int)N,
             (int)K, (int)rank, bf16 ? "bf16" : "f32");
    time_kernel(name, linear,
                prepared({T, N, K, rank, reverse, bf16}, {reverse ? g->data : x->data, weights, u->data, v->data},
                         reverse ? dx.data : y.data),
                work, "GFLOP/s", calls);
  }
}

void time() {
  for (int64_t rank : {0, 8}) {
    time_linear(849, 576, 576, rank, true, 200), time_linear(849, 192, 576, rank, true, 200);
    time_linear(849, 1536, 576, rank, true, 100), time_linear(849, 576, 1536, rank, true, 100);
    time_linear(112, 49152, 576, rank, true, 10);
  }
  time_linear(849, 576, 576, 8, false, 100), time_linear(849, 1536, 576, 8, false, 50);
}

const Family family("linear", check_random, time);

}  // namespace
