// Attention over a pool of keys and values, of segments of any length, against scores written out in full.
#include <algorithm>
#include <numeric>

#include "check.h"

KERNEL(cached_attention);

namespace {

struct Segment {
  int64_t count;                // of new tokens
  std::vector<int32_t> places;  // in the pool, in the order of positions; the new tokens' own come last
};

struct PoolShape {
  std::vector<Segment> segments;
  int64_t places, behind, H, Hkv, D, window;  // behind: tokens that belong to no segment
  double scale;
  int64_t tokens() const {
    int64_t total = behind;
    for (const Segment& s : segments) total += s.count;
    return total;
  }
  // The number of segments, four numbers of each, then their lists.
  std::vector<int32_t> plan() const {
    std::vector<int32_t> plan = {(int32_t)segments.size()};
    int64_t token = 0, list = 1 + 4 * (int64_t)segments.size();
    for (const Segment& s : segments) {
      for (int64_t x : {token, s.count, list, (int64_t)s.places.size()}) plan.push_back((int32_t)x);
      token += s.count, list += (int64_t)s.places.size();
    }
    for (const Segment& s : segments) plan.insert(plan.end(), s.places.begin(), s.places.end());
    return plan;
  }
  std::string name(int threads) const {
    char text[160];
    snprintf(text, sizeof text, "segments %d T %d places %d H %d Hkv %d D %d window %d threads %d", (int)segments.size(),
             (int)tokens(), (int)places, (int)H, (int)Hkv, (int)D, (int)window, threads);
    return text;
  }
};

Doubles attention(const PoolShape& s, const Doubles& q, const Doubles& k, const Doubles& v) {
  Doubles values(s.tokens() * s.H * s.D);
  int64_t token = 0;
  for (const Segment& segment : s.segments) {
    for (int64_t i = 0; i < segment.count; i++, token++) {
      const int64_t last = (int64_t)segment.places.size() - segment.count + i;
      const int64_t first = s.window ? std::max<int64_t>(0, last + 1 - s.window) : 0;
      for (int64_t h = 0; h < s.H; h++) {
        const int64_t head = h / (s.H / s.Hkv), at = (token * s.H + h) * s.D;
        const auto key = [&](int64_t position) { return (segment.places[position] * s.Hkv + head) * s.D; };
        Doubles weights(last + 1);
        double total = 0;
        for (int64_t p = first; p <= last; p++) {
          double score = 0;
          for (int64_t d = 0; d < s.D; d++) score += q[at + d] * k[key(p) + d];
          total += weights[p] = std::exp(score * s.scale);
        }
        for (int64_t p = first; p <= last; p++)
          for (int64_t d = 0; d < s.D; d++) values[at + d] += weights[p] / total * v[key(p) + d];
      }
    }
  }
  return values;
}

void check(const PoolShape& s, std::initializer_list<int> thread_counts) {
  const int64_t values = s.tokens() * s.H * s.D, pool = s.places * s.Hkv * s.D;
  const auto q = normal(values), k = normal(pool), v = normal(pool);
  const Doubles expected = attention(s, q->doubles(0, values), k->doubles(0, pool), v->doubles(0, pool));
  const auto plan = s.plan();
  for (int threads : thread_counts) {
    Buffer out(values);
    run(threads, cached_attention, {s.tokens(), s.H, s.Hkv, s.D, s.window, encoded(s.scale)},
        {q->data, k->data, v->data, plan.data()}, out.data);
    compare("cached_attention", s.name(threads).c_str(), expected, out.data, 5e-6);
  }
}

// Segments at random places; some grow out of what the one before has listed, as the branches of a tree do.
PoolShape random_shape(int64_t most_tokens, int64_t most_before) {
  PoolShape s = {};
  s.Hkv = pick(1, 3), s.H = s.Hkv * pick({1, 2, 3, 4}), s.D = pick({1, 7, 16, 20, 64, 72, 128, 256});
  s.window = pick({0, 0, 1, 5, 40, 300});
  s.scale = 0.6 / std::sqrt((double)s.D);
  s.behind = pick({0, 0, 1, 3});
  const int64_t count = pick(1, 5);
  s.places = count * (most_tokens + most_before) + 1;
  std::vector<int32_t> unused(s.places);
  std::iota(unused.begin(), unused.end(), 0);
  for (int64_t i = s.places - 1; i > 0; i--) std::swap(unused[i], unused[pick(0, i)]);
  const auto take = [&](Segment& segment, int64_t n) {
    segment.places.insert(segment.places.end(), unused.end() - n, unused.end());
    unused.resize(unused.size() - n);
  };
  for (int64_t i = 0; i < count; i++) {
    Segment segment = {pick({1, 2, pick(1, most_tokens)}), {}};
    const bool branch = i > 0 && pick(0, 1) == 1;
    if (branch) {
      const auto& trunk = s.segments.back().places;
      segment.places.assign(trunk.begin(), trunk.begin() + pick(1, (int64_t)trunk.size()));
    } else {
      take(segment, pick(0, most_before));
    }
    take(segment, segment.count);
    s.segments.push_back(segment);
  }
  return s;
}

void check_random(int threads) { check(random_shape(20, 60), {threads}); }

// Several blocks of tokens and of keys.
void check_edges() {
  for (int round = 0; round < 6; round++) check(random_shape(150, 600), {1, 2, 3, 4});
}

void time_rows(const char* name, int64_t rows, int64_t count, int64_t before, int64_t H, int64_t Hkv, int64_t D) {
  PoolShape s = {{}, before + rows * count, 0, H, Hkv, D, 0, 1 / std::sqrt((double)D)};
  for (int64_t row = 0; row < rows; row++) {
    Segment segment = {count, std::vector<int32_t>(before + count)};
    std::iota(segment.places.begin(), segment.places.end(), 0);
    for (int64_t i = 0; i < count; i++) segment.places[before + i] = (int32_t)(before + row * count + i);
    s.segments.push_back(segment);
  }
  const int64_t values = s.tokens() * H * D, pool = s.places * Hkv * D;
  const auto q = normal(values), k = normal(pool), v = normal(pool);
  Buffer out(values);
  const auto plan = s.plan();
  const double pairs = (double)(rows * count) * ((double)before + (double)(count + 1) / 2);
  time_kernel(name, cached_attention,
              prepared({s.tokens(), H, Hkv, D, 0, encoded(s.scale)}, {q->data, k->data, v->data, plan.data()}, out.data),
              pairs * (double)(H * D) * 4, "GFLOP/s", 100);
}

void time() {
  time_rows("cached_attention SmolLM2 16 rows of 49 behind 65", 16, 49, 65, 9, 3, 64);
  time_rows("cached_attention SmolLM2 8 streams at 200", 8, 1, 199, 9, 3, 64);
  time_rows("cached_attention gemma-3-270m 16 rows of 23 behind 26", 16, 23, 26, 4, 1, 256);
}

const Family family("cached_attention", check_random, time, check_edges);

}  // namespace
