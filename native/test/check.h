// What the tests of kernels share: random shapes and numbers, comparison with double precision, and timing. Each family
// of kernels has a file of its own, which registers its tests by a static `Family`.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "../call.h"

typedef void (*Kernel)(void*, int thread, int threads, Call*);
typedef std::vector<double> Doubles;

struct Family {
  const char* name;
  void (*check)(int threads);  // each kernel with one random shape
  void (*time)();
  void (*check_edges)();  // shapes that chance would not find; null for none
  Family(const char* name, void (*check)(int), void (*time)(), void (*check_edges)() = nullptr);
};

// From low to high, both included; one of a list.
int64_t pick(int64_t low, int64_t high);
int64_t pick(std::initializer_list<int64_t> from);

// A float among whole parameters.
int64_t encoded(double x);

// Exactly as long as said: what lies behind cannot be touched. Filled with NaN.
struct Buffer {
  int64_t count;
  size_t mapped;
  char* base;
  float* data;
  explicit Buffer(int64_t n);
  Buffer(const Buffer&) = delete;
  ~Buffer();
  Doubles doubles(int64_t from, int64_t n) const { return Doubles(data + from, data + from + n); }
};

std::unique_ptr<Buffer> normal(int64_t count, double deviation = 1);

// A matrix of bf16 in a buffer that ends where the matrix does; `values` are rounded with it.
struct Halves {
  Buffer buffer;
  uint16_t* data;
  explicit Halves(Buffer& values);
};

// x as a product with bf16 weights takes it.
double as_operand(float x, bool bf16);

Call* prepared(std::initializer_list<int64_t> parameters, std::initializer_list<const void*> inputs, float* output);

void run(int threads, Kernel kernel, std::initializer_list<int64_t> parameters,
         std::initializer_list<const void*> inputs, float* output);

// The error beside the size of what was summed.
void compare(const char* what, const char* shape, const Doubles& expected, const float* got, double tolerance,
             const Doubles* sizes = nullptr);

void compare_number(const char* what, const char* shape, double expected, double got, double tolerance);

double dot(const Doubles& a, const Doubles& b);

// The slope of f along a random direction against the gradient; f in double precision.
void compare_slope(const char* what, const char* shape, const std::function<double(const Doubles&)>& f, const Doubles& x,
                   const Doubles& gradient);

// Prints the least wall time and thread time of many calls. @param work in operations, or bytes
void time_kernel(const char* name, Kernel kernel, Call* call, double work, const char* unit, int calls);
