// Compares every kernel with plain double-precision code over random shapes and 1 to 4 threads, or times them.
// By hand, on Linux, with the instruction set to be tested:
//   g++ -std=c++17 -O3 -fno-math-errno -fno-trapping-math -ffp-contract=fast -march=native -pthread native/*.cpp -o kernels_test
//   ./kernels_test            compares
//   ./kernels_test time       prints the least wall time and thread time of many calls
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "call.h"
#include "vector.h"

KERNEL(attention_forward);
KERNEL(attention_reverse);
KERNEL(rms_norm_forward);
KERNEL(rms_norm_reverse);
KERNEL(swiglu_forward);
KERNEL(swiglu_reverse);
KERNEL(geglu_forward);
KERNEL(geglu_reverse);
KERNEL(rope);
KERNEL(linear);
KERNEL(linear_few_rows);
KERNEL(low_rank_down);
KERNEL(add_outer);

namespace {

typedef decltype(&linear) Kernel;
typedef std::vector<double> Doubles;

std::mt19937_64 random_bits(1);

int64_t pick(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random_bits); }

int64_t pick(std::initializer_list<int64_t> from) { return from.begin()[pick(0, (int64_t)from.size() - 1)]; }

int64_t encoded(double x) { return (int64_t)std::llround(x * 4294967296.0); }

// Exactly as long as said: what lies behind cannot be touched. Filled with NaN.
struct Buffer {
  int64_t count;
  size_t mapped;
  char* base;
  float* data;
  explicit Buffer(int64_t n) : count(n) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = (size_t)n * 4;
    mapped = (bytes + page - 1) / page * page + page;
    base = (char*)mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED || mprotect(base + mapped - page, page, PROT_NONE)) abort();
    data = (float*)(base + mapped - page - bytes);
    for (int64_t i = 0; i < n; i++) data[i] = NAN;
  }
  Buffer(const Buffer&) = delete;
  ~Buffer() { munmap(base, mapped); }
  Doubles doubles(int64_t from, int64_t n) const { return Doubles(data + from, data + from + n); }
};

std::unique_ptr<Buffer> normal(int64_t count, double deviation = 1) {
  auto buffer = std::make_unique<Buffer>(count);
  std::normal_distribution<float> draw(0, (float)deviation);
  for (int64_t i = 0; i < count; i++) buffer->data[i] = draw(random_bits);
  return buffer;
}

// Threads that all call one kernel, again and again.
class Threads {
 public:
  explicit Threads(int count) : count_(count), used_(count) {
    for (int i = 1; i < count; i++) workers_.emplace_back([this, i] { work(i); });
  }
  ~Threads() {
    kernel_ = nullptr;
    round_++;
    for (auto& worker : workers_) worker.join();
  }
  void run(Kernel kernel, Call* call) {
    kernel_ = kernel, call_ = call, done_ = 1;
    round_++;
    timed(0);
    while (done_ < count_) sched_yield();
  }
  double longest() const {
    double seconds = 0;
    for (double s : used_) seconds = s > seconds ? s : seconds;
    return seconds;
  }

 private:
  void timed(int thread) {
    const double begin = now();
    kernel_(nullptr, thread, count_, call_);
    used_[thread] = now() - begin;
  }
  void work(int thread) {
    for (int64_t seen = 0;; seen++) {
      while (round_ == seen) sched_yield();
      if (!kernel_) return;
      timed(thread);
      done_++;
    }
  }
  static double now() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
  }
  const int count_;
  std::vector<double> used_;
  std::vector<std::thread> workers_;
  std::atomic<int64_t> round_{0};
  std::atomic<int> done_{0};
  Kernel kernel_ = nullptr;
  Call* call_ = nullptr;
};

Call* prepared(std::initializer_list<int64_t> parameters, std::initializer_list<const void*> inputs, float* output) {
  static Call call;
  int i = 0;
  for (int64_t p : parameters) call.parameter[i++] = p;
  i = 0;
  for (const void* p : inputs) call.input[i++] = const_cast<void*>(p);
  call.output = output;
  call.arrived = 0;
  return &call;
}

void run(int threads, Kernel kernel, std::initializer_list<int64_t> parameters,
         std::initializer_list<const void*> inputs, float* output) {
  Threads(threads).run(kernel, prepared(parameters, inputs, output));
}

int failures = 0, checks = 0;
double worst = 0;

// The error beside the size of what was summed.
void compare(const char* what, const char* shape, const Doubles& expected, const float* got, double tolerance,
             const Doubles* sizes = nullptr) {
  double root = 0;  // sums that cancel are judged by the others
  for (double e : expected) root += e * e;
  root = std::sqrt(root / (double)(expected.size() ? expected.size() : 1)) + 0.4;
  double error = 0;
  size_t at = 0;
  for (size_t i = 0; i < expected.size(); i++) {
    const double size = sizes ? (*sizes)[i] + 1e-25 : std::fabs(expected[i]) + root;
    const double here = std::fabs(got[i] - expected[i]) / size;
    if (!(here <= error)) error = here, at = i;
    if (here != here) break;
  }
  checks++;
  if (error / tolerance > worst) worst = error / tolerance;
  if (error <= tolerance) return;
  failures++;
  printf("FAILED %s %s: error %g at %zu of %zu, expected %g got %g\n", what, shape, error, at, expected.size(),
         expected[at], got[at]);
}

void compare_number(const char* what, const char* shape, double expected, double got, double tolerance) {
  checks++;
  if (std::fabs(expected - got) <= tolerance) return;
  failures++;
  printf("FAILED %s %s: expected %g got %g\n", what, shape, expected, got);
}

double dot(const Doubles& a, const Doubles& b) {
  double total = 0;
  for (size_t i = 0; i < a.size(); i++) total += a[i] * b[i];
  return total;
}

// The slope of f along a random direction against the gradient; f in double precision.
void compare_slope(const char* what, const char* shape, const std::function<double(const Doubles&)>& f, const Doubles& x,
                   const Doubles& gradient) {
  std::normal_distribution<double> draw;
  Doubles direction(x.size()), up(x), down(x);
  const double step = 1e-4;
  for (size_t i = 0; i < x.size(); i++) {
    direction[i] = draw(random_bits);
    up[i] += step * direction[i], down[i] -= step * direction[i];
  }
  const double slope = (f(up) - f(down)) / (2 * step);
  compare_number(what, shape, slope, dot(gradient, direction),
                 1e-4 * std::sqrt(dot(gradient, gradient)) + 1e-6 * std::fabs(slope) + 1e-4 +
                     1e-6 * std::sqrt((double)x.size()));
}

struct AttentionShape {
  int64_t P;
  std::vector<int64_t> lengths;  // of the rows
  int64_t H, Hkv, D, window;
  double scale;
  int64_t longest() const { return *std::max_element(lengths.begin(), lengths.end()); }
  std::vector<int32_t> starts() const {
    std::vector<int32_t> starts = {(int32_t)P};
    for (int64_t length : lengths) starts.push_back(starts.back() + (int32_t)length);
    return starts;
  }
  // Of each token: its row, -1 in the prefix, and its position.
  std::vector<std::pair<int64_t, int64_t>> places() const {
    std::vector<std::pair<int64_t, int64_t>> places;
    for (int64_t p = 0; p < P; p++) places.push_back({-1, p});
    for (size_t row = 0; row < lengths.size(); row++)
      for (int64_t l = 0; l < lengths[row]; l++) places.push_back({(int64_t)row, P + l});
    return places;
  }
  bool sees(std::pair<int64_t, int64_t> query, std::pair<int64_t, int64_t> key) const {
    if (key.first >= 0 && key.first != query.first) return false;
    return key.second <= query.second && (window == 0 || key.second > query.second - window);
  }
  std::string name(int threads) const {
    char text[160];
    snprintf(text, sizeof text, "P %d B %d L %d H %d Hkv %d D %d window %d threads %d", (int)P, (int)lengths.size(),
             (int)longest(), (int)H, (int)Hkv, (int)D, (int)window, threads);
    return text;
  }
};

struct Attended {
  Doubles values, lse, dq, dk, dv;
};

Attended attention(const AttentionShape& s, const Doubles& q, const Doubles& k, const Doubles& v, const Doubles& g) {
  const auto places = s.places();
  const int64_t T = (int64_t)places.size();
  Attended a = {Doubles(T * s.H * s.D), Doubles(T * s.H), Doubles(q.size()), Doubles(k.size()), Doubles(v.size())};
  for (int64_t t = 0; t < T; t++) {
    for (int64_t h = 0; h < s.H; h++) {
      const int64_t head = h / (s.H / s.Hkv), at = (t * s.H + h) * s.D;
      Doubles weights(T), slopes(T);
      double total = 0, delta = 0;
      for (int64_t o = 0; o < T; o++) {
        if (!s.sees(places[t], places[o])) continue;
        double score = 0;
        for (int64_t d = 0; d < s.D; d++) score += q[at + d] * k[(o * s.Hkv + head) * s.D + d];
        total += weights[o] = std::exp(score * s.scale);
      }
      a.lse[t * s.H + h] = std::log(total);
      for (int64_t o = 0; o < T; o++) {
        if (!s.sees(places[t], places[o])) continue;
        weights[o] /= total;
        for (int64_t d = 0; d < s.D; d++) {
          a.values[at + d] += weights[o] * v[(o * s.Hkv + head) * s.D + d];
          if (g.empty()) continue;
          slopes[o] += g[at + d] * v[(o * s.Hkv + head) * s.D + d];
          a.dv[(o * s.Hkv + head) * s.D + d] += weights[o] * g[at + d];
        }
        delta += weights[o] * slopes[o];
      }
      if (g.empty()) continue;
      for (int64_t o = 0; o < T; o++) {
        if (!s.sees(places[t], places[o])) continue;
        const double slope = weights[o] * (slopes[o] - delta) * s.scale;
        for (int64_t d = 0; d < s.D; d++) {
          a.dq[at + d] += slope * k[(o * s.Hkv + head) * s.D + d];
          a.dk[(o * s.Hkv + head) * s.D + d] += slope * q[at + d];
        }
      }
    }
  }
  return a;
}

void check_attention(const AttentionShape& s, int threads, bool slopes) {
  const auto starts = s.starts();
  const int64_t T = starts.back(), values = T * s.H * s.D, keys = T * s.Hkv * s.D;
  const std::string name = s.name(threads);
  const auto q = normal(values), k = normal(keys), v = normal(keys), g = normal(values);
  Buffer out(values + T * s.H);
  const int64_t L = s.longest() + pick(0, 3);
  const std::initializer_list<int64_t> parameters = {s.P, (int64_t)s.lengths.size(), L, s.H, s.Hkv, s.D, s.window, encoded(s.scale)};
  run(threads, attention_forward, parameters, {q->data, k->data, v->data, starts.data()}, out.data);
  const Doubles Q = q->doubles(0, values), K = k->doubles(0, keys), V = v->doubles(0, keys), G = g->doubles(0, values);
  const Attended expected = attention(s, Q, K, V, G);
  compare("attention_forward values", name.c_str(), expected.values, out.data, 5e-6);
  compare("attention_forward lse", name.c_str(), expected.lse, out.data + values, 5e-6);

  const int64_t workspace = (s.Hkv + threads - 1) * 2 * (s.P + L) * s.D;
  Buffer gradients(values + 2 * keys + workspace), again(gradients.count);
  for (Buffer* b : {&gradients, &again})
    run(threads, attention_reverse, parameters, {q->data, k->data, v->data, starts.data(), out.data, g->data}, b->data);
  compare("attention_reverse dq", name.c_str(), expected.dq, gradients.data, 2e-5);
  compare("attention_reverse dk", name.c_str(), expected.dk, gradients.data + values, 2e-5);
  compare("attention_reverse dv", name.c_str(), expected.dv, gradients.data + values + keys, 2e-5);
  const size_t bytes = (size_t)(values + 2 * keys) * 4;
  compare_number("attention_reverse repeated", name.c_str(), 0, memcmp(gradients.data, again.data, bytes), 0);
  if (!slopes) return;
  const auto loss = [&](const Doubles& a, const Doubles& b, const Doubles& c) {
    return dot(attention(s, a, b, c, {}).values, G);
  };
  compare_slope("attention_reverse dq", name.c_str(), [&](const Doubles& x) { return loss(x, K, V); }, Q,
                gradients.doubles(0, values));
  compare_slope("attention_reverse dk", name.c_str(), [&](const Doubles& x) { return loss(Q, x, V); }, K,
                gradients.doubles(values, keys));
  compare_slope("attention_reverse dv", name.c_str(), [&](const Doubles& x) { return loss(Q, K, x); }, V,
                gradients.doubles(values + keys, keys));
}

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

double rounded(float x, bool bf16) { return bf16 ? bf16_to_float(float_to_bf16(x)) : x; }

#if defined(__AVX512BF16__)
constexpr bool ROUNDS_INPUT = true;
#else
constexpr bool ROUNDS_INPUT = false;
#endif

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
  Buffer half((N * K + 1) / 2);
  uint16_t* w16 = (uint16_t*)(half.data + half.count) - N * K;
  for (int64_t i = 0; i < N * K; i++) {
    w->data[i] = (float)rounded(w->data[i], bf16);
    w16[i] = float_to_bf16(w->data[i]);
  }
  const void* weights = bf16 ? (void*)w16 : w->data;
  run(threads, linear, {T, N, K, rank, reverse, bf16}, {x->data, weights, u->data, v->data}, y.data);
  Doubles expected(T * width), sizes(T * width);
  for (int64_t t = 0; t < T; t++) {
    for (int64_t c = 0; c < width; c++) {
      double total = 0, size = 0;
      for (int64_t i = 0; i < depth; i++) {
        const double p = rounded(x->data[t * depth + i], bf16 && ROUNDS_INPUT) * w->data[reverse ? i * K + c : c * K + i];
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

void check_all(int rounds) {
  for (int round = 0; round < rounds; round++) {
    const int threads = round % 4 + 1;
    AttentionShape s;
    s.P = pick({0, 0, 1, 5, 16, pick(1, 70)});
    s.lengths.resize(pick({1, 2, 3, pick(1, 7)}));
    s.Hkv = pick(1, 3), s.H = s.Hkv * pick({1, 2, 3, 4}), s.D = pick({1, 7, 16, 20, 64, 72, 128, 256});
    s.window = pick({0, 0, 1, 5, 20, 64});
    for (int64_t& length : s.lengths) length = s.D > 64 ? pick(1, 40) : pick({1, 8, 13, pick(1, 90)});
    s.scale = s.D == 64 ? 0.125 : 0.6 / std::sqrt((double)s.D);
    check_attention(s, threads, true);
    check_norm(threads);
    check_gated(threads, round & 4);
    check_rope(threads);
    check_linear(threads, false, round & 4), check_linear(threads, true, round & 4);
    check_low_rank(threads);
  }
  // Several blocks of queries and keys, and rows that go over from one thread to the next.
  for (const AttentionShape& s : {AttentionShape{0, {700}, 2, 1, 16, 0, 0.25}, AttentionShape{0, {600}, 3, 3, 8, 100, 0.25},
                                  AttentionShape{300, {330, 90}, 4, 1, 16, 0, 0.25},
                                  AttentionShape{270, {20, 1, 33}, 6, 2, 32, 290, 0.2},
                                  AttentionShape{1, {520, 400}, 8, 2, 256, 300, 0.0625}})
    for (int threads = 1; threads <= 4; threads++) check_attention(s, threads, false);
  printf("%d checks, %d failed, nearest to its tolerance %.2f\n", checks, failures, worst);
}

void time_kernel(const char* name, Kernel kernel, Call* call, double work, const char* unit, int calls) {
  for (int threads = 1; threads <= 2; threads++) {
    Threads pool(threads);
    double wall = 1e9, used = 1e9;
    for (int i = 0; i < calls; i++) {
      call->arrived = 0;
      const auto begin = std::chrono::steady_clock::now();
      pool.run(kernel, call);
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      if (seconds < wall) wall = seconds;
      if (pool.longest() < used) used = pool.longest();
    }
    printf("%-58s %d threads: wall %8.3f ms %7.1f %s | thread %8.3f ms %7.1f %s\n", name, threads, wall * 1e3,
           work / wall / 1e9, unit, used * 1e3, work / used / 1e9, unit);
  }
}

void time_attention(const char* model, const AttentionShape& s, int calls) {
  const auto starts = s.starts();
  const int64_t B = (int64_t)s.lengths.size(), L = s.longest(), T = starts.back(), values = T * s.H * s.D, keys = T * s.Hkv * s.D;
  const auto q = normal(values), k = normal(keys), v = normal(keys), g = normal(values);
  Buffer out(values + T * s.H), gradients(values + 2 * keys + (s.Hkv + 1) * 2 * (s.P + L) * s.D);
  double pairs = 0;
  for (const auto& [row, p] : s.places()) pairs += (double)(s.window && s.window < p + 1 ? s.window : p + 1);
  const double work = pairs * (double)(s.H * s.D) * 2;
  const std::initializer_list<int64_t> parameters = {s.P, B, L, s.H, s.Hkv, s.D, s.window, encoded(s.scale)};
  char name[100];
  snprintf(name, sizeof name, "attention_forward %s", model);
  time_kernel(name, attention_forward, prepared(parameters, {q->data, k->data, v->data, starts.data()}, out.data), work * 2,
              "GFLOP/s", calls);
  snprintf(name, sizeof name, "attention_reverse %s", model);
  time_kernel(name, attention_reverse,
              prepared(parameters, {q->data, k->data, v->data, starts.data(), out.data, g->data}, gradients.data), work * 5,
              "GFLOP/s", calls);
}

std::vector<int64_t> rows(size_t count, int64_t length) { return std::vector<int64_t>(count, length); }

void time_linear(int64_t T, int64_t N, int64_t K, int64_t rank, bool bf16, int calls) {
  auto w = normal(N * K);
  std::vector<uint16_t> w16(N * K);
  for (int64_t i = 0; i < N * K; i++) w16[i] = float_to_bf16(w->data[i]);
  const auto x = normal(T * K), g = normal(T * N), u = normal(T * rank), v = normal(rank * (N > K ? N : K));
  Buffer y(T * N), dx(T * K);
  const void* weights = bf16 ? (void*)w16.data() : w->data;
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

void time_rest(int calls) {
  const int64_t T = 849, C = 576, F = 1536, r = 8;
  const auto x = normal(T * F), w = normal(F * r), g = normal(T * F), u = normal(T * F), a = normal(r * F);
  Buffer y(T * F * 2);
  time_kernel("rms_norm_forward R 849 C 576", rms_norm_forward, prepared({T, C, encoded(1e-5)}, {x->data, w->data}, y.data),
              8.0 * T * C, "GB/s", calls);
  time_kernel("rms_norm_reverse R 849 C 576", rms_norm_reverse,
              prepared({T, C, encoded(1e-5)}, {x->data, w->data, g->data}, y.data), 12.0 * T * C, "GB/s", calls);
  for (Kernel forward : {swiglu_forward, geglu_forward})
    time_kernel(forward == swiglu_forward ? "swiglu_forward 849 x 1536" : "geglu_forward 849 x 1536", forward,
                prepared({T * F}, {x->data, u->data}, y.data), 12.0 * T * F, "GB/s", calls);
  for (Kernel reverse : {swiglu_reverse, geglu_reverse})
    time_kernel(reverse == swiglu_reverse ? "swiglu_reverse 849 x 1536" : "geglu_reverse 849 x 1536", reverse,
                prepared({T * F}, {x->data, u->data, g->data}, y.data), 20.0 * T * F, "GB/s", calls);
  std::vector<int32_t> positions(T);
  for (int64_t t = 0; t < T; t++) positions[t] = (int32_t)(t % 121);
  time_kernel("rope 849 x 9 x 64", rope, prepared({T, 9, 64, encoded(10000), encoded(1), 0}, {x->data, positions.data()}, y.data),
              8.0 * T * 576, "GB/s", calls);
  for (int64_t K : {C, F}) {
    char name[80];
    const double work = 2.0 * T * K * r;
    snprintf(name, sizeof name, "low_rank_down T 849 K %d rank 8", (int)K);
    time_kernel(name, low_rank_down, prepared({T, K, r, 0, encoded(2)}, {x->data, w->data}, y.data), work, "GFLOP/s", calls);
    snprintf(name, sizeof name, "add_outer [8, %d] += [849, 8] [849, %d]", (int)K, (int)K);
    time_kernel(name, add_outer, prepared({T, r, K}, {w->data, u->data, x->data}, nullptr), work, "GFLOP/s", calls);
    snprintf(name, sizeof name, "add_outer [%d, 8] += [849, %d] [849, 8]", (int)K, (int)K);
    time_kernel(name, add_outer, prepared({T, K, r}, {w->data, x->data, u->data}, nullptr), work, "GFLOP/s", calls);
  }
}

}  // namespace

int main(int arguments, char** argument) {
  const std::string mode = arguments > 1 ? argument[1] : "";
  if (mode.substr(0, 4) != "time") {
    check_all(mode.empty() ? 400 : atoi(argument[1]));
    return failures ? 1 : 0;
  }
  const bool all = mode == "time";
  if (all || mode == "time-attention") {
    time_attention("SmolLM2 P 65 B 16 L 56", {65, rows(16, 56), 9, 3, 64, 0, 0.125}, 300);
    time_attention("gemma-3-270m P 26 B 16 L 24", {26, rows(16, 24), 4, 1, 256, 512, 0.0625}, 300);
    time_attention("SmolLM2 P 0 B 4 L 512", {0, rows(4, 512), 9, 3, 64, 0, 0.125}, 50);
    time_attention("Qwen3-0.6B P 65 B 16 L 56", {65, rows(16, 56), 16, 8, 128, 0, 0.0884}, 100);
    time_attention("gemma-3-270m P 0 B 1 L 2048 window 512", {0, rows(1, 2048), 4, 1, 256, 512, 0.0625}, 20);
  }
  if (all || mode == "time-linear") {
    for (int64_t rank : {0, 8}) {
      time_linear(849, 576, 576, rank, true, 200), time_linear(849, 192, 576, rank, true, 200);
      time_linear(849, 1536, 576, rank, true, 100), time_linear(849, 576, 1536, rank, true, 100);
      time_linear(112, 49152, 576, rank, true, 10);
    }
    time_linear(849, 576, 576, 8, false, 100), time_linear(849, 1536, 576, 8, false, 50);
  }
  if (all || mode == "time-rest") time_rest(200);
}
