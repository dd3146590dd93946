// The thin products of an adapter against plain sums.
#include "check.h"

KERNEL(low_rank_down);
KERNEL(add_outer);

namespace {

void check_low_rank(int threads) {
  const int64_t T = pick({1, 5, 12, 13, pick(1, 200)}), K = pick({1, 16, 64, pick(1, 300)}), r = pick({1, 4, 8, 12, 16, 40});
  const bool columns = pick(0, 1), thin_first = pick(0, 1);
  char name[120];
  snprintf(name, sizeof name, "T %d K %d rank %d columns %d thin first %d threads %d", (int)T, (int)K, (int)r, columns,
           thin_first, threads);
  const auto x = normal(T * K), a = normal(K * r), u = normal(T * r);
  Buffer down(T * r);
  run(threads, low_rank_down, {T, K, r, columns, encoded(0.75)}, {x->data, a->data}, down.data);
  Doubles expected(T * r), sizes(T * r);
  for (int64_t t = 0; t < T; t++)
    for (int64_t j = 0; j < r; j++)
      for (int64_t k = 0; k < K; k++) {
        const double p = 0.75 * x->data[t * K + k] * a->data[columns ? k * r + j : j * K + k];
        expected[t * r + j] += p, sizes[t * r + j] += std::fabs(p);
      }
  compare("low_rank_down", name, expected, down.data, 1e-6, &sizes);
  const int64_t M = thin_first ? r : K, N = thin_first ? K : r;
  const Buffer &left = thin_first ? *u : *x, &right = thin_first ? *x : *u;
  auto sum = normal(M * N);
  expected.assign(sum->data, sum->data + M * N), sizes.assign(M * N, 1);
  for (int64_t t = 0; t < T; t++)
    for (int64_t m = 0; m < M; m++)
      for (int64_t n = 0; n < N; n++) {
        const double p = (double)left.data[t * M + m] * right.data[t * N + n];
        expected[m * N + n] += p, sizes[m * N + n] += std::fabs(p);
      }
  run(threads, add_outer, {T, M, N}, {sum->data, left.data, right.data}, nullptr);
  compare("add_outer", name, expected, sum->data, 1e-6, &sizes);
}

void time() {
  const int64_t T = 849, C = 576, F = 1536, r = 8;
  const auto x = normal(T * F), w = normal(F * r), u = normal(T * r);
  Buffer y(T * r);
  for (int64_t K : {C, F}) {
    char name[80];
    const double work = 2.0 * T * K * r;
    snprintf(name, sizeof name, "low_rank_down T 849 K %d rank 8", (int)K);
    time_kernel(name, low_rank_down, prepared({T, K, r, 0, encoded(2)}, {x->data, w->data}, y.data), work, "GFLOP/s", 200);
    snprintf(name, sizeof name, "add_outer [8, %d] += [849, 8] [849, %d]", (int)K, (int)K);
    time_kernel(name, add_outer, prepared({T, r, K}, {w->data, u->data, x->data}, nullptr), work, "GFLOP/s", 200);
    snprintf(name, sizeof name, "add_outer [%d, 8] += [849, %d] [849, 8]", (int)K, (int)K);
    time_kernel(name, add_outer, prepared({T, K, r}, {w->data, x->data, u->data}, nullptr), work, "GFLOP/s", 200);
  }
}

const Family family("low_rank", check_low_rank, time);

}  // namespace
