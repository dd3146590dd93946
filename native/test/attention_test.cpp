// Attention over a shared prefix and rows, forward and reverse, against scores written out in full.
#include <algorithm>
#include <cstring>

#include "check.h"

KERNEL(attention_forward);
KERNEL(attention_reverse);

namespace {

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

// One shape with each of these numbers of threads.
void check_attention(const AttentionShape& s, std::initializer_list<int> thread_counts, bool slopes) {
  const auto starts = s.starts();
  const int64_t T = starts.back(), values = T * s.H * s.D, keys = T * s.Hkv * s.D;
  const auto q = normal(values), k = normal(keys), v = normal(keys), g = normal(values);
  const Doubles Q = q->doubles(0, values), K = k->doubles(0, keys), V = v->doubles(0, keys), G = g->doubles(0, values);
  const Attended expected = attention(s, Q, K, V, G);
  const int64_t L = s.longest() + pick(0, 3);
  const std::initializer_list<int64_t> parameters = {s.P,   (int64_t)s.lengths.size(), L, s.H, s.Hkv, s.D, s.window,
                                                     encoded(s.scale)};
  for (int threads : thread_counts) {
    const std::string name = s.name(threads);
    Buffer out(values + T * s.H);
    run(threads, attention_forward, parameters, {q->data, k->data, v->data, starts.data()}, out.data);
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
    if (!slopes) continue;
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
}

void check_random(int threads) {
  AttentionShape s;
  s.P = pick({0, 0, 1, 5, 16, pick(1, 70)});
  s.lengths.resize(pick({1, 2, 3, pick(1, 7)}));
  s.Hkv = pick(1, 3), s.H = s.Hkv * pick({1, 2, 3, 4}), s.D = pick({1, 7, 16, 20, 64, 72, 128, 256});
  s.window = pick({0, 0, 1, 5, 20, 64});
  for (int64_t& length : s.lengths) length = s.D > 64 ? pick(1, 40) : pick({1, 8, 13, pick(1, 90)});
  s.scale = s.D == 64 ? 0.125 : 0.6 / std::sqrt((double)s.D);
  check_attention(s, {threads}, true);
  // Several blocks of queries and keys.
  check_attention({pick(0, 40), {pick(200, 330), pick(1, 20)}, 2, pick(1, 2), 8, pick({0, 100}), 0.25}, {threads}, false);
}

void check_edges() {
  // Many blocks, and rows that go over from one thread to the next.
  for (const AttentionShape& s : {AttentionShape{0, {700}, 2, 1, 16, 0, 0.25}, AttentionShape{0, {600}, 3, 3, 8, 100, 0.25},
                                  AttentionShape{300, {330, 90}, 4, 1, 16, 0, 0.25},
                                  AttentionShape{270, {20, 1, 33}, 6, 2, 32, 290, 0.2},
                                  AttentionShape{1, {520, 400}, 8, 2, 256, 300, 0.0625}})
    check_attention(s, {1, 2, 3, 4}, false);
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

void time() {
  time_attention("SmolLM2 P 65 B 16 L 56", {65, rows(16, 56), 9, 3, 64, 0, 0.125}, 300);
  time_attention("gemma-3-270m P 26 B 16 L 24", {26, rows(16, 24), 4, 1, 256, 512, 0.0625}, 300);
  time_attention("SmolLM2 P 0 B 4 L 512", {0, rows(4, 512), 9, 3, 64, 0, 0.125}, 50);
  time_attention("Qwen3-0.6B P 65 B 16 L 56", {65, rows(16, 56), 16, 8, 128, 0, 0.0884}, 100);
  time_attention("gemma-3-270m P 0 B 1 L 2048 window 512", {0, rows(1, 2048), 4, 1, 256, 512, 0.0625}, 20);
}

const Family family("attention", check_random, time, check_edges);

}  // namespace
