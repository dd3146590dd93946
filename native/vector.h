// Vectors of floats as wide as the target has them, by the compiler's vector extensions: one source for AVX-512, AVX2
// and NEON. Knows no kernels.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__AVX512F__)
#include <immintrin.h>
constexpr int VL = 16;  // floats a vector
constexpr int MR = 12;  // rows of a register tile of two vectors: 24 of 32 registers accumulate
#elif defined(__AVX2__)
#include <immintrin.h>
constexpr int VL = 8;
constexpr int MR = 6;
#else
constexpr int VL = 4;
constexpr int MR = 8;
#endif
constexpr int NR = 2 * VL;

typedef float vec __attribute__((vector_size(VL * 4)));
typedef int32_t ivec __attribute__((vector_size(VL * 4)));
typedef float vec_unaligned __attribute__((vector_size(VL * 4), aligned(4), may_alias));

static inline vec load(const float* p) { return *(const vec_unaligned*)p; }
// bf16, widened: the upper half of an f32.
static inline vec load(const uint16_t* p) {
  typedef uint16_t half __attribute__((vector_size(VL * 2)));
  typedef uint32_t whole __attribute__((vector_size(VL * 4)));
  half narrow;
  memcpy(&narrow, p, sizeof narrow);
  const whole bits = __builtin_convertvector(narrow, whole) << 16;
  vec wide;
  memcpy(&wide, &bits, sizeof wide);
  return wide;
}
static inline void store(float* p, vec v) { *(vec_unaligned*)p = v; }
static inline vec splat(float x) { return vec{} + x; }

static inline vec max(vec a, vec b) { return a > b ? a : b; }

#if defined(__AVX512F__)
static inline float sum(vec v) { return _mm512_reduce_add_ps((__m512)v); }
static inline float max(vec v) { return _mm512_reduce_max_ps((__m512)v); }
#else
static inline float sum(vec v) {
  for (int step = VL / 2; step; step /= 2)
    for (int i = 0; i < step; i++) v[i] += v[i + step];
  return v[0];
}
static inline float max(vec v) {
  for (int step = VL / 2; step; step /= 2)
    for (int i = 0; i < step; i++) v[i] = v[i + step] > v[i] ? v[i + step] : v[i];
  return v[0];
}
#endif

// The first `count` floats, the rest zero; and back.
static inline vec load_part(const float* p, int64_t count) {
  vec v = {};
  memcpy(&v, p, count * 4);
  return v;
}
static inline void store_part(float* p, vec v, int64_t count) { memcpy(p, &v, count * 4); }

// 0, 1, 2, …
static inline ivec lanes() {
  ivec v;
  for (int i = 0; i < VL; i++) v[i] = i;
  return v;
}

#if defined(__AVX512F__)
#define LOW_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif defined(__AVX2__)
#define LOW_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOW_HALVES 0, 4, 1, 5
#define HIGH_HALVES 2, 6, 3, 7
#endif
#if defined(__clang__)
#define INTERLEAVE(a, b, halves) __builtin_shufflevector(a, b, halves)
#else
#define INTERLEAVE(a, b, halves) __builtin_shuffle(a, b, ivec{halves})
#endif

// The sums of VL vectors, in their order.
static inline vec sums(vec (&v)[VL]) {
#pragma GCC unroll 4
  for (int n = VL / 2; n; n /= 2)
#pragma GCC unroll 8
    for (int i = 0; i < n; i++)
      v[i] = INTERLEAVE(v[i], v[i + n], LOW_HALVES) + INTERLEAVE(v[i], v[i + n], HIGH_HALVES);
  return v[0];
}

// Transposes a square of VL rows by perfect shuffles.
static inline void transpose(vec (&rows)[VL]) {
  vec step[VL];
  for (int width = 1; width < VL; width *= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < VL / 2; i++) {
      step[2 * i] = INTERLEAVE(rows[i], rows[i + VL / 2], LOW_HALVES);
      step[2 * i + 1] = INTERLEAVE(rows[i], rows[i + VL / 2], HIGH_HALVES);
    }
#pragma GCC unroll 16
    for (int i = 0; i < VL; i++) rows[i] = step[i];
  }
}

static inline float bf16_to_float(uint16_t h) {
  uint32_t bits = (uint32_t)h << 16;
  float f;
  memcpy(&f, &bits, 4);
  return f;
}

// Nearest even; NaN stays NaN.
static inline uint16_t float_to_bf16(float f) {
  uint32_t bits;
  memcpy(&bits, &f, 4);
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)((bits >> 16) | 64);
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// e^x for x <= 88; 0 below -87. Cody and Waite's reduction, a polynomial of degree 6; error under 2 ulp.
static inline vec exp(vec x) {
  const ivec tiny = x < splat(-87.0f);
  const vec clamped = tiny ? splat(-87.0f) : x;
  const vec shifted = clamped * 1.44269504f + 12582912.0f;  // 1.5 * 2^23: rounds to a whole number
  const vec n = shifted - 12582912.0f;
  const vec r = clamped - n * 0.693359375f + n * 2.12194440e-4f;
  vec p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  ivec bits;
  memcpy(&bits, &shifted, sizeof bits);
  const ivec scale_bits = (bits + 127) << 23;
  vec scale;
  memcpy(&scale, &scale_bits, sizeof scale);
  return tiny ? vec{} : p * scale;
}
