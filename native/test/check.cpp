// Random inputs, comparison and timing of kernels, and the program that runs the tests of all families.
// By hand, with the instruction set to be tested; without an argument it compares over 400 random shapes:
//   g++ -std=c++17 -O3 -fno-math-errno -fno-trapping-math -ffp-contract=fast -march=native -pthread \
//     native/*.cpp native/test/*.cpp -o kernels_test
//   ./kernels_test [rounds [random] | time [family]]      random: without the large shapes, for emulated processors
#include "check.h"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <thread>

#include "../vector.h"

namespace {

std::mt19937_64 random_bits(1);
int failures = 0, checks = 0;
double worst = 0;

std::vector<Family>& families() {
  static std::vector<Family> all;
  return all;
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

}  // namespace

Family::Family(const char* name, void (*check)(int), void (*time)(), void (*check_edges)())
    : name(name), check(check), time(time), check_edges(check_edges) {
  families().push_back(*this);
}

int64_t pick(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random_bits); }

int64_t pick(std::initializer_list<int64_t> from) { return from.begin()[pick(0, (int64_t)from.size() - 1)]; }

int64_t encoded(double x) { return (int64_t)std::llround(x * 4294967296.0); }

Buffer::Buffer(int64_t n) : count(n) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = (size_t)n * 4;
  mapped = (bytes + page - 1) / page * page + page;
  base = (char*)mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED || mprotect(base + mapped - page, page, PROT_NONE)) abort();
  data = (float*)(base + mapped - page - bytes);
  for (int64_t i = 0; i < n; i++) data[i] = NAN;
}

Buffer::~Buffer() { munmap(base, mapped); }

std::unique_ptr<Buffer> normal(int64_t count, double deviation) {
  auto buffer = std::make_unique<Buffer>(count);
  std::normal_distribution<float> draw(0, (float)deviation);
  for (int64_t i = 0; i < count; i++) buffer->data[i] = draw(random_bits);
  return buffer;
}

Halves::Halves(Buffer& values) : buffer((values.count + 1) / 2) {
  data = (uint16_t*)(buffer.data + buffer.count) - values.count;
  for (int64_t i = 0; i < values.count; i++) {
    data[i] = float_to_bf16(values.data[i]);
    values.data[i] = bf16_to_float(data[i]);
  }
}

double as_operand(float x, bool bf16) {
#if defined(__AVX512BF16__)
  if (bf16) return bf16_to_float(float_to_bf16(x));
#endif
  return (void)bf16, x;
}

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

void compare(const char* what, const char* shape, const Doubles& expected, const float* got, double tolerance,
             const Doubles* sizes) {
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

int main(int arguments, char** argument) {
  const std::string mode = arguments > 1 ? argument[1] : "400", chosen = arguments > 2 ? argument[2] : "";
  for (const Family& family : families()) {
    if (mode == "time") {
      if (chosen.empty() || chosen == family.name) family.time();
      continue;
    }
    for (int round = 0; round < atoi(mode.c_str()); round++) family.check(round % 4 + 1);
    if (family.check_edges && chosen != "random") family.check_edges();
  }
  if (mode != "time") printf("%d checks, %d failed, nearest to its tolerance %.2f\n", checks, failures, worst);
  return failures ? 1 : 0;
}
