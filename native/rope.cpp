// Rotary position embedding, https://arxiv.org/abs/2104.09864, in GPT-NeoX's pairing: features i and i + D/2.
#include "call.h"
#include "vector.h"

namespace {

struct Turn {
  vec cosine, sine;
};

// Cody and Waite's reduction by π/2 in three parts, then polynomials on [-π/4, π/4]; for angles up to about 10^5.
inline Turn turn(vec angle) {
  const vec shifted = angle * 0.636619772f + 12582912.0f;  // 1.5 * 2^23: rounds to a whole number
  const vec n = shifted - 12582912.0f;
  const vec x = angle - n * 1.5703125f - n * 4.837512969970703125e-4f - n * 7.54978995489188216e-8f;
  const vec z = x * x;
  const vec sine = x + x * z * (-1.6666654611e-1f + z * (8.3321608736e-3f + z * -1.9515295891e-4f));
  const vec cosine = 1.0f - z * 0.5f +
                     z * z * (4.166664568298827e-2f + z * (-1.388731625493765e-3f + z * 2.443315711809948e-5f));
  ivec quarter;
  memcpy(&quarter, &shifted, sizeof quarter);
  const ivec odd = (quarter & 1) != 0, negative_sine = (quarter & 2) != 0, negative_cosine = ((quarter + 1) & 2) != 0;
  const vec s = odd ? cosine : sine, c = odd ? sine : cosine;
  return {negative_cosine ? -c : c, negative_sine ? -s : s};
}

}  // namespace

// parameter: T, H, D, base * 2^32, scale of all frequencies * 2^32 (negative turns back), whether there are factors.
// input: x [T, H, D], positions i32 [T], factors [D/2] that divide the frequencies. output: [T, H, D].
KERNEL(rope) {
  const int64_t T = call->parameter[0], H = call->parameter[1], D = call->parameter[2], half = D / 2;
  const double base = (double)call->parameter[3] / 4294967296.0, scale = (double)call->parameter[4] / 4294967296.0;
  const float* factors = call->parameter[5] ? (const float*)call->input[2] : nullptr;
  const int32_t* positions = (const int32_t*)call->input[1];
  const int64_t width = (half + VL - 1) / VL * VL;
  float* frequencies = (float*)scratch<0>(3 * width * 4);
  float *cosines = frequencies + width, *sines = cosines + width;
  for (int64_t i = 0; i < width; i++) {
    const double frequency = std::pow(base, -2.0 * (double)i / (double)D) * scale;
    frequencies[i] = i >= half ? 0 : (float)(factors ? frequency / factors[i] : frequency);
  }
  const Range own = share(T, 1, thread, threads);
  for (int64_t t = own.begin; t < own.end; t++) {
    for (int64_t i = 0; i < width; i += VL) {
      const Turn by = turn(load(frequencies + i) * (float)positions[t]);
      store(cosines + i, by.cosine), store(sines + i, by.sine);
    }
    for (int64_t h = 0; h < H; h++) {
      const float* x = (const float*)call->input[0] + (t * H + h) * D;
      float* y = (float*)call->output + (t * H + h) * D;
      int64_t i = 0;
      for (; i + VL <= half; i += VL) {
        const vec a = load(x + i), b = load(x + half + i), c = load(cosines + i), s = load(sines + i);
        store(y + i, a * c - b * s), store(y + half + i, a * s + b * c);
      }
      for (; i < half; i++) {
        const float a = x[i], b = x[half + i];
        y[i] = a * cosines[i] - b * sines[i], y[half + i] = a * sines[i] + b * cosines[i];
      }
    }
  }
}
