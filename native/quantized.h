// Weights in blocks of 32 with a scale, as ggml stores them, turned into bf16 on the way into a product: the same
// numbers as when they are stored as bf16, of a third of the memory. Knows no products.
#pragma once
#include <cstdint>
#include <cstring>

#include "vector.h"

// What weights are stored as, as kernels are told.
enum Stored : int64_t { F32 = 0, BF16 = 1, Q4_0 = 2, Q4_1 = 3, Q5_0 = 4, Q5_1 = 5, Q8_0 = 6 };

constexpr int64_t QUANTIZED_BLOCK = 32;

static inline bool is_quantized(int64_t stored) { return stored >= Q4_0; }

static inline int64_t block_bytes(int64_t stored) {
  return stored == Q4_0 ? 18 : stored == Q4_1 ? 20 : stored == Q5_0 ? 22 : stored == Q5_1 ? 24 : 34;
}

#if !defined(__AVX512BF16__)
static inline float half_to_float(const uint8_t* at) {
  uint16_t h;
  memcpy(&h, at, 2);
  const uint32_t sign = (uint32_t)(h & 0x8000) << 16, rest = h & 0x7fff;
  if (rest >= 0x7c00 || rest < 0x0400) {
    const float magnitude = rest >= 0x7c00 ? (rest == 0x7c00 ? INFINITY : NAN) : (float)rest * 5.9604644775390625e-8f;
    return sign ? -magnitude : magnitude;
  }
  const uint32_t bits = sign | ((rest << 13) + (112u << 23));
  float f;
  memcpy(&f, &bits, 4);
  return f;
}
#endif

// One block's 32 weights. Small ones are a scale and an offset of whole numbers from 0: the low halves of 16 bytes
// come first, then the high halves; a fifth bit lies apart.
template <int64_t stored>
struct Block {
  static constexpr bool OFFSET = stored == Q4_1 || stored == Q5_1, FIFTH = stored == Q5_0 || stored == Q5_1;
  static constexpr float ZERO = stored == Q4_0 ? 8 : 16;  // where no offset is stored
  static constexpr int64_t BITS = OFFSET ? 4 : 2, NUMBERS = BITS + (FIFTH ? 4 : 0);

#if defined(__AVX512BF16__)
  static __m512 half(const uint8_t* at) {
    int16_t h;
    memcpy(&h, at, 2);
    return _mm512_cvtph_ps(_mm256_set1_epi16(h));
  }
  static __m512i weights(const uint8_t* block) {
    const __m512 scale = half(block);
    if constexpr (stored == Q8_0) {
      const __m256i bytes = _mm256_loadu_si256((const __m256i*)(block + NUMBERS));
      const __m512 low = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm256_castsi256_si128(bytes)));
      const __m512 high = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm256_extracti128_si256(bytes, 1)));
      return (__m512i)_mm512_cvtne2ps_pbh(_mm512_mul_ps(high, scale), _mm512_mul_ps(low, scale));
    }
    // All values that the block can have, and for each weight which of them it is.
    const __m512 first = _mm512_set_ps(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512 second = FIFTH ? _mm512_add_ps(first, _mm512_set1_ps(16)) : first;
    const auto value = [&](__m512 number) {
      if constexpr (OFFSET) return _mm512_fmadd_ps(scale, number, half(block + 2));
      else return _mm512_mul_ps(scale, _mm512_sub_ps(number, _mm512_set1_ps(ZERO)));
    };
    const __m512i values = (__m512i)_mm512_cvtne2ps_pbh(value(second), value(first));
    const __m256i bytes = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i*)(block + NUMBERS)));
    __m512i which = _mm512_inserti64x4(_mm512_castsi256_si512(bytes), _mm256_srli_epi16(bytes, 4), 1);
    if constexpr (FIFTH) {
      uint32_t bits;
      memcpy(&bits, block + BITS, 4);
      which = _mm512_and_si512(which, _mm512_set1_epi16(15));
      which = _mm512_mask_add_epi16(which, bits, which, _mm512_set1_epi16(16));
    }
    return _mm512_permutexvar_epi16(which, values);  // looks at five bits only
  }
  static void decode(const uint8_t* block, uint16_t* to) { _mm512_storeu_si512(to, weights(block)); }
#else
  static void decode(const uint8_t* block, uint16_t* to) {
    const float scale = half_to_float(block), offset = OFFSET ? half_to_float(block + 2) : 0;
    uint32_t bits = 0;
    if (FIFTH) memcpy(&bits, block + BITS, 4);
    for (int i = 0; i < QUANTIZED_BLOCK; i++) {
      const uint8_t* numbers = block + NUMBERS;
      float number = (float)(int8_t)numbers[stored == Q8_0 ? i : i % 16];
      if (stored != Q8_0)
        number = (float)((numbers[i % 16] >> (i < 16 ? 0 : 4) & 15) + (bits >> i & 1) * 16) - (OFFSET ? 0 : ZERO);
      to[i] = float_to_bf16(scale * number + offset);
    }
  }
#endif
};

// Part of a matrix [.., K], whole blocks of each row, to rows of `columns` bf16.
struct BlockMatrix {
  int64_t stored;
  const void* data;
  int64_t K;

  void decode(int64_t row, int64_t rows, int64_t column, int64_t columns, uint16_t* to) const {
    if (stored == Q4_0) decode_as<Q4_0>(row, rows, column, columns, to);
    if (stored == Q4_1) decode_as<Q4_1>(row, rows, column, columns, to);
    if (stored == Q5_0) decode_as<Q5_0>(row, rows, column, columns, to);
    if (stored == Q5_1) decode_as<Q5_1>(row, rows, column, columns, to);
    if (stored == Q8_0) decode_as<Q8_0>(row, rows, column, columns, to);
  }

 private:
  template <int64_t type>
  void decode_as(int64_t row, int64_t rows, int64_t column, int64_t columns, uint16_t* to) const {
    constexpr int64_t AHEAD_ROWS = 16, LINE = 64;
    const int64_t bytes = block_bytes(type), row_bytes = K / QUANTIZED_BLOCK * bytes;
    for (int64_t r = 0; r < rows; r++) {
      const uint8_t* block = (const uint8_t*)data + (row + r) * row_bytes + column / QUANTIZED_BLOCK * bytes;
      for (int64_t at = 0; at < columns / QUANTIZED_BLOCK * bytes; at += LINE)
        __builtin_prefetch(block + AHEAD_ROWS * row_bytes + at, 0, 2);
      for (int64_t c = 0; c < columns; c += QUANTIZED_BLOCK, block += bytes)
        Block<type>::decode(block, to + r * columns + c);
    }
  }
};
