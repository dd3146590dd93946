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

// One block's 32 weights. Small ones are a scale and an offset of whole numbers from 0: the low halves of 16 bytes
// come first, then the high halves; a fifth bit lies apart.
static inline void decode_block(int64_t stored, const uint8_t* block, uint16_t* to) {
  const float scale = half_to_float(block);
  const bool offset_stored = stored == Q4_1 || stored == Q5_1, fifth = stored == Q5_0 || stored == Q5_1;
  const float offset = offset_stored ? half_to_float(block + 2) : scale * (stored == Q4_0 ? -8 : -16);
  const uint8_t* at = block + (offset_stored ? 4 : 2);
  uint32_t high_bits = 0;
  if (fifth) memcpy(&high_bits, at, 4), at += 4;
#if defined(__AVX512BF16__)
  const __m512 scales = _mm512_set1_ps(scale);
  if (stored == Q8_0) {
    const __m256i bytes = _mm256_loadu_si256((const __m256i*)at);
    const __m512 low = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm256_castsi256_si128(bytes)));
    const __m512 high = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm256_extracti128_si256(bytes, 1)));
    const __m512bh both = _mm512_cvtne2ps_pbh(_mm512_mul_ps(high, scales), _mm512_mul_ps(low, scales));
    memcpy(to, &both, 64);
    return;
  }
  // All values that the block can have, and for each weight which of them it is.
  const __m512 numbers = _mm512_set_ps(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512 offsets = _mm512_set1_ps(offset);
  const __m512 low = _mm512_fmadd_ps(scales, numbers, offsets);
  const __m512 high = fifth ? _mm512_fmadd_ps(scales, _mm512_add_ps(numbers, _mm512_set1_ps(16)), offsets) : low;
  const __m512i values = (__m512i)_mm512_cvtne2ps_pbh(high, low);
  const __m256i bytes = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i*)at));
  __m512i which = _mm512_inserti64x4(_mm512_castsi256_si512(bytes), _mm256_srli_epi16(bytes, 4), 1);
  if (fifth) {
    which = _mm512_and_si512(which, _mm512_set1_epi16(15));
    which = _mm512_mask_add_epi16(which, high_bits, which, _mm512_set1_epi16(16));
  }
  const __m512i weights = _mm512_permutexvar_epi16(which, values);
  memcpy(to, &weights, 64);
#else
  for (int i = 0; i < QUANTIZED_BLOCK; i++) {
    if (stored == Q8_0) {
      to[i] = float_to_bf16(scale * (float)(int8_t)at[i]);
      continue;
    }
    const int number = (at[i % 16] >> (i < 16 ? 0 : 4)) & 15;
    to[i] = float_to_bf16(scale * (float)(number + (int)((high_bits >> i & 1) << 4)) + offset);
  }
#endif
}

// Part of a matrix [.., K], whole blocks of each row, to rows of `columns` bf16.
struct BlockMatrix {
  int64_t stored;
  const void* data;
  int64_t K;

  void decode(int64_t row, int64_t rows, int64_t column, int64_t columns, uint16_t* to) const {
    const int64_t bytes = block_bytes(stored), row_bytes = K / QUANTIZED_BLOCK * bytes;
    for (int64_t r = 0; r < rows; r++) {
      const uint8_t* block = (const uint8_t*)data + (row + r) * row_bytes + column / QUANTIZED_BLOCK * bytes;
      for (int64_t c = 0; c < columns; c += QUANTIZED_BLOCK, block += bytes) {
        __builtin_prefetch(block + 16 * row_bytes, 0, 2);
        decode_block(stored, block, to + r * columns + c);
      }
    }
  }
};
