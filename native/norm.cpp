// Root-mean-square normalisation of rows with a weight, https://arxiv.org/abs/1910.07467, and its reverse.
#include "call.h"
#include "vector.h"

namespace {

// f(at, load) over a row: whole vectors, then what is left, with the rest of the vector zero.
template <typename F>
inline void each(int64_t C, F f) {
  int64_t c = 0;
  for (; c + VL <= C; c += VL) f(c, [](const float* p) { return load(p); }, [](float* p, vec v) { store(p, v); });
  const int64_t rest = C - c;
  if (rest) f(c, [=](const float* p) { return load_part(p, rest); }, [=](float* p, vec v) { store_part(p, v, rest); });
}

struct Rows {
  int64_t R, C;
  float epsilon;
  explicit Rows(const int64_t* n) : R(n[0]), C(n[1]), epsilon((float)((double)n[2] / 4294967296.0)) {}
  float inverse(float squares) const { return 1 / std::sqrt(squares / (float)C + epsilon); }
};

}  // namespace

// y = x w / sqrt(mean(x²) + epsilon). parameter: R, C, epsilon * 2^32. input: x [R, C], w [C]. output: [R, C].
KERNEL(rms_norm_forward) {
  const Rows n(call->parameter);
  const float* w = (const float*)call->input[1];
  const Range own = share(n.R, 1, thread, threads);
  for (int64_t row = own.begin; row < own.end; row++) {
    const float* x = (const float*)call->input[0] + row * n.C;
    float* y = (float*)call->output + row * n.C;
    vec squares = {};
    each(n.C, [&](int64_t c, auto get, auto) {
      const vec value = get(x + c);
      squares += value * value;
    });
    const float inverse = n.inverse(sum(squares));
    each(n.C, [&](int64_t c, auto get, auto put) { put(y + c, get(x + c) * inverse * get(w + c)); });
  }
}

// With z = g w and 1/r the factor of the forward: dx = z/r - x mean(z x)/r³. parameter: as forward.
// input: x [R, C], w [C], g [R, C]. output: dx [R, C].
KERNEL(rms_norm_reverse) {
  const Rows n(call->parameter);
  const float* w = (const float*)call->input[1];
  const Range own = share(n.R, 1, thread, threads);
  for (int64_t row = own.begin; row < own.end; row++) {
    const float* x = (const float*)call->input[0] + row * n.C;
    const float* g = (const float*)call->input[2] + row * n.C;
    float* dx = (float*)call->output + row * n.C;
    vec squares = {}, products = {};
    each(n.C, [&](int64_t c, auto get, auto) {
      const vec value = get(x + c);
      squares += value * value;
      products += value * get(w + c) * get(g + c);
    });
    const float inverse = n.inverse(sum(squares));
    const float toward = sum(products) / (float)n.C * inverse * inverse * inverse;
    each(n.C, [&](int64_t c, auto get, auto put) {
      put(dx + c, get(g + c) * get(w + c) * inverse - get(x + c) * toward);
    });
  }
}
