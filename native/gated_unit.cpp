// Gated units of feed-forward layers, https://arxiv.org/abs/2002.05202: act(gate) · up with act(x) = x σ(x) or GELU in
// its tanh form. Elementwise; the reverse recomputes the activation.
#include "call.h"
#include "vector.h"

namespace {

struct Activation {
  vec value, slope;
};

// 1 / (1 + e^-x); accurate relative to its value on both sides.
inline vec sigmoid(vec x) {
  const vec power = -x;
  return 1.0f / (1.0f + exp(power > 87.0f ? splat(87.0f) : power));
}

struct Silu {
  static vec value(vec x) { return x * sigmoid(x); }
  static Activation both(vec x) {
    const vec s = sigmoid(x), y = x * s;
    return {y, s + y * (1.0f - s)};
  }
};

// x (1 + tanh u) / 2 = x σ(2u), with u = sqrt(2/π) (x + 0.044715 x³).
struct Gelu {
  static constexpr float A = 1.5957691216f, B = A * 0.044715f;
  static vec half(vec x) { return sigmoid(x * (A + B * (x * x))); }
  static vec value(vec x) { return x * half(x); }
  static Activation both(vec x) {
    const vec s = half(x), y = x * s;
    return {y, s + y * (1.0f - s) * (A + 3 * B * (x * x))};
  }
};

template <typename Act>
void forward(Call* call, int thread, int threads) {
  const Range own = share(call->parameter[0], 16, thread, threads);
  const float* gate = (const float*)call->input[0];
  const float* up = (const float*)call->input[1];
  float* y = (float*)call->output;
  int64_t i = own.begin;
  for (; i + VL <= own.end; i += VL) store(y + i, Act::value(load(gate + i)) * load(up + i));
  const int64_t rest = own.end - i;
  if (rest) store_part(y + i, Act::value(load_part(gate + i, rest)) * load_part(up + i, rest), rest);
}

template <typename Act>
void reverse(Call* call, int thread, int threads) {
  const int64_t count = call->parameter[0];
  const Range own = share(count, 16, thread, threads);
  const float* gate = (const float*)call->input[0];
  const float* up = (const float*)call->input[1];
  const float* gradient = (const float*)call->input[2];
  float* dgate = (float*)call->output;
  float* dup = dgate + count;
  int64_t i = own.begin;
  for (; i + VL <= own.end; i += VL) {
    const Activation act = Act::both(load(gate + i));
    const vec g = load(gradient + i);
    store(dgate + i, g * load(up + i) * act.slope);
    store(dup + i, g * act.value);
  }
  const int64_t rest = own.end - i;
  if (!rest) return;
  const Activation act = Act::both(load_part(gate + i, rest));
  const vec g = load_part(gradient + i, rest);
  store_part(dgate + i, g * load_part(up + i, rest) * act.slope, rest);
  store_part(dup + i, g * act.value, rest);
}

}  // namespace

// parameter: count. input: gate, up. output: y, all [count].
KERNEL(swiglu_forward) { forward<Silu>(call, thread, threads); }
KERNEL(geglu_forward) { forward<Gelu>(call, thread, threads); }

// parameter: count. input: gate, up, gradient of y. output: gradients of gate [count], then of up [count].
KERNEL(swiglu_reverse) { reverse<Silu>(call, thread, threads); }
KERNEL(geglu_reverse) { reverse<Gelu>(call, thread, threads); }
