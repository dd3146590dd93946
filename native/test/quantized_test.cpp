// Linear layers whose weights lie in quantized blocks, against the same numbers decoded one by one.
#include <cstring>

#include "../quantized.h"
#include "check.h"

KERNEL(linear);
KERNEL(linear_few_rows);

namespace {

// IEEE half precision of a small positive number that it holds exactly: mantissa / 1024 * 2^exponent.
struct Half {
  int mantissa, exponent;  // 1024 to 2047, -14 to 15
  double value() const { return std::ldexp(mantissa / 1024.0, exponent); }
  void write(uint8_t* to, bool negative) const {
    const uint16_t bits = (uint16_t)(negative << 15 | (exponent + 15) << 10 | (mantissa - 1024));
    memcpy(to, &bits, 2);
  }
};

// A block of random numbers and the weights that ggml's layout gives them, rounded to bf16.
void random_block(Stored stored, uint8_t* block, double* weights) {
  const bool offset = stored == Q4_1 || stored == Q5_1, fifth = stored == Q5_0 || stored == Q5_1;
  const Half scale = {(int)pick(1024, 2047), (int)pick(-9, -5)}, least = {(int)pick(1024, 2047), (int)pick(-4, -1)};
  const bool negative = pick(0, 1) == 1;
  scale.write(block, negative);
  if (offset) least.write(block + 2, !negative);
  uint8_t* bits = block + (offset ? 4 : 2);
  uint8_t* numbers = bits + (fifth ? 4 : 0);
  for (uint8_t* at = bits; at < block + block_bytes(stored); at++) *at = (uint8_t)pick(0, 255);
  const double zero = offset || stored == Q8_0 ? 0 : stored == Q4_0 ? 8 : 16;
  for (int i = 0; i < QUANTIZED_BLOCK; i++) {
    double number = stored == Q8_0 ? (double)(int8_t)numbers[i] : numbers[i % 16] >> (i < 16 ? 0 : 4) & 15;
    if (fifth && (bits[i / 8] >> (i % 8) & 1)) number += 16;
    const double sign = negative ? -1 : 1;
    const double weight = sign * scale.value() * (number - zero) - (offset ? sign * least.value() : 0);
    weights[i] = bf16_to_float(float_to_bf16((float)weight));
  }
}

void check_stored(Stored stored, int threads, bool reverse) {
  const int64_t T = pick({1, 2, 5, 8, 9, 33, pick(1, 100)}), N = pick({1, 7, 16, 64, 65, pick(1, 200)});
  const int64_t K = QUANTIZED_BLOCK * pick({1, 2, 3, pick(1, 12)}), rank = pick({0, 0, 4, 8});
  const int64_t depth = reverse ? N : K, width = reverse ? K : N, blocks = N * K / QUANTIZED_BLOCK;
  char name[120];
  snprintf(name, sizeof name, "stored %d T %d N %d K %d rank %d reverse %d threads %d", (int)stored, (int)T, (int)N, (int)K,
           (int)rank, reverse, threads);
  std::vector<uint8_t> bytes(blocks * block_bytes(stored));
  Doubles w(N * K);
  for (int64_t i = 0; i < blocks; i++)
    random_block(stored, bytes.data() + i * block_bytes(stored), w.data() + i * QUANTIZED_BLOCK);
  const auto x = normal(T * depth), u = normal(T * rank), v = normal(rank * width);
  Buffer y(T * width);
  Doubles expected(T * width), sizes(T * width);
  for (int64_t t = 0; t < T; t++) {
    for (int64_t c = 0; c < width; c++) {
      const auto add = [&](double term) { expected[t * width + c] += term, sizes[t * width + c] += std::fabs(term); };
      for (int64_t i = 0; i < depth; i++) add(as_operand(x->data[t * depth + i], true) * w[reverse ? i * K + c : c * K + i]);
      for (int64_t j = 0; j < rank; j++)
        add((double)u->data[t * rank + j] * v->data[reverse ? j * width + c : c * rank + j]);
    }
  }
  const std::initializer_list<const void*> inputs = {x->data, bytes.data(), u->data, v->data};
  run(threads, linear, {T, N, K, rank, reverse, stored}, inputs, y.data);
  compare("linear quantized", name, expected, y.data, 1e-6, &sizes);
  if (reverse) return;
  run(threads, linear_few_rows, {T, N, K, rank, 0, stored}, inputs, y.data);
  compare("linear_few_rows quantized", name, expected, y.data, 1e-6, &sizes);
}

void check_random(int threads) {
  for (Stored stored : {Q4_0, Q4_1, Q5_0, Q5_1, Q8_0})
    for (bool reverse : {false, true}) check_stored(stored, threads, reverse);
}

void time() {
  constexpr int64_t T = 8, N = 1536, K = 576;
  const auto x = normal(T * K);
  Buffer y(T * N);
  for (Stored stored : {Q4_0, Q8_0}) {
    std::vector<uint8_t> bytes(N * K / QUANTIZED_BLOCK * block_bytes(stored));
    time_kernel(stored == Q4_0 ? "linear_few_rows T 8 Q4_0" : "linear_few_rows T 8 Q8_0", linear_few_rows,
                prepared({T, N, K, 0, 0, stored}, {x->data, bytes.data(), nullptr, nullptr}, y.data),
                2.0 * (double)T * (double)N * (double)K, "GFLOP/s", 200);
  }
}

const Family family("quantized", check_random, time);

}  // namespace
