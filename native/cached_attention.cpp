// Attention of new tokens over keys and values that lie in a pool, each at a place of its own. A segment is a run of new
// tokens with the list of places that its last token sees, in the order of positions, its own last: the token before
// sees one place less, in local layers only the last `window`. Segments of any length lie side by side without padding;
// a branch of a tree is a segment whose list goes through the branch it grew from.
//
// Keys that the segment before has listed too, in the same order, stay packed.
#include "call.h"
#include "gemm_f32.h"

namespace {

constexpr int64_t KEY_BLOCK = 256;
constexpr int64_t STRIDE = KEY_BLOCK + NR;
constexpr int64_t BLOCK_TOKENS = 64;  // what a thread takes at once
constexpr int64_t FEW_ROWS = 8;       // fewer queries than this do not pay for packing keys
constexpr int64_t PACKING_COST = 8;   // of a key, in queries that see it

struct Sizes {
  int64_t T, H, Hkv, D, window, group, width;
  float scale;
  explicit Sizes(const int64_t* n) : T(n[0]), H(n[1]), Hkv(n[2]), D(n[3]), window(n[4]) {
    scale = (float)((double)n[5] / 4294967296.0);
    group = H / Hkv;
    width = padded(D);
  }
};

struct Segment {
  int64_t token, count;
  const int32_t* places;
  int64_t length;
};

struct Plan {
  const int32_t* data;
  int64_t segments() const { return data[0]; }
  Segment at(int64_t i) const {
    const int32_t* row = data + 1 + 4 * i;
    return {row[0], row[1], data + row[2], row[3]};
  }
};

// Some tokens of a segment, for one key head: their queries are rows, in each token all heads of the group.
struct Block {
  const Sizes& n;
  Segment segment;
  int64_t head, begin, end;
  int64_t rows() const { return (end - begin) * n.group; }
  int64_t last_key(int64_t row) const { return segment.length - segment.count + begin + row / n.group; }
  int64_t first_key(int64_t row) const {
    const int64_t key = n.window ? last_key(row) + 1 - n.window : 0;
    return key > 0 ? key : 0;
  }
  int64_t index(int64_t row) const {  // among [T, H]
    return (segment.token + begin + row / n.group) * n.H + head * n.group + row % n.group;
  }
  int64_t cost() const { return (rows() + PACKING_COST) * (last_key(rows() - 1) + 1); }
};

void pack_query(const Block& b, const float* q, int64_t row, float* to) {
  const float* from = q + b.index(row) * b.n.D;
  for (int64_t d = 0; d < b.n.width; d++) to[d] = d < b.n.D ? from[d] * b.n.scale : 0;
}

void put(const Block& b, int64_t row, const float* values, float total, float* out) {
  float* to = out + b.index(row) * b.n.D;
  for (int64_t d = 0; d < b.n.D; d++) to[d] = values[d] / total;
}

// Where the pool holds a key or value of a head.
struct Pool {
  const float* data;
  int64_t stride, offset;
  const float* at(int32_t place) const { return data + place * stride + offset; }
};

// Keys of one head as panels [NR keys] of [D, NR], values as rows, of the places that were asked for last.
struct Packed {
  int64_t head = -1, count = 0;
  int32_t* places;
  float *panels, *values;

  void need(const Sizes& n, int64_t head_now, const Pool& k, const Pool& v, const int32_t* wanted, int64_t length) {
    int64_t same = 0;
    const int64_t most = head == head_now ? (count < length ? count : length) : 0;
    while (same < most && places[same] == wanted[same]) same++;
    if (same == length) return;
    head = head_now, count = length;
    for (int64_t i = same; i < length; i++) places[i] = wanted[i];
    for (int64_t first = same / VL * VL; first < length; first += VL) {
      for (int64_t d = 0; d < n.width; d += VL) {
        vec square[VL];
        for (int i = 0; i < VL; i++) {
          square[i] = vec{};
          if (first + i >= length) continue;
          const float* key = k.at(wanted[first + i]) + d;
          const float* value = v.at(wanted[first + i]) + d;
          const bool whole = d + VL <= n.D;
          square[i] = whole ? load(key) : load_part(key, n.D - d);
          store(values + (first + i) * n.width + d, whole ? load(value) : load_part(value, n.D - d));
        }
        transpose(square);
        float* panel = panels + (first / NR * n.width + d) * NR + first % NR;
        for (int i = 0; i < VL; i++) store(panel + i * NR, square[i]);
      }
    }
  }
};

vec visible(vec x, int64_t at, int64_t begin, int64_t end, float hidden) {
  if (at >= begin && at + VL <= end) return x;
  const ivec here = lanes() + (int32_t)at;
  return (here >= (int32_t)begin) & (here < (int32_t)end) ? x : splat(hidden);
}

// Scores [columns] to weights e^(score - top); returns their sum. `top` may rise.
float soften(float* scores, int64_t columns, int64_t begin, int64_t end, float& top) {
  vec highest = splat(-INFINITY);
  for (int64_t i = begin / VL * VL; i < end; i += VL)
    highest = max(highest, visible(load(scores + i), i, begin, end, -INFINITY));
  top = std::fmax(top, max(highest));
  vec sums = {};
  for (int64_t i = 0; i < columns; i += VL) {
    const bool none = i >= end || i + VL <= begin;
    const vec weight = none ? vec{} : visible(exp(load(scores + i) - top), i, begin, end, 0);
    store(scores + i, weight);
    sums += weight;
  }
  return sum(sums);
}

// Keys packed, in register tiles of MR queries; the sums are rescaled as the highest score rises.
void attend_tiles(const Block& b, const Packed& packed, const float* q_in, float* out, float* memory) {
  const int64_t width = b.n.width;
  float *q = memory, *values = q + MR * width, *scores = values + MR * width;
  for (int64_t first = 0; first < b.rows(); first += MR) {
    const int64_t count = b.rows() - first < MR ? b.rows() - first : MR;
    float top[MR], total[MR] = {};
    for (int64_t r = 0; r < count; r++) pack_query(b, q_in, first + r, q + r * width), top[r] = -INFINITY;
    memset(values, 0, count * width * 4);
    const int64_t keys = b.last_key(first + count - 1) + 1;
    for (int64_t begin = b.first_key(first) / NR * NR; begin < keys; begin += KEY_BLOCK) {
      const int64_t end = begin + KEY_BLOCK < keys ? begin + KEY_BLOCK : keys, columns = padded(end - begin);
      for (int64_t key = begin; key < end; key += NR)
        gemm_f32(count, NR, b.n.D, {q, width, 1}, packed.panels + key * width, NR, scores + key - begin, STRIDE, 1,
                 false);
      for (int64_t r = 0; r < count; r++) {
        const int64_t from = b.first_key(first + r) - begin, until = b.last_key(first + r) + 1 - begin;
        const float old = top[r];
        const int64_t low = from > 0 ? from : 0, high = until < end - begin ? until : end - begin;
        if (low >= high) {
          memset(scores + r * STRIDE, 0, columns * 4);
          continue;
        }
        const float added = soften(scores + r * STRIDE, columns, low, high, top[r]);
        const float keep = total[r] > 0 ? std::exp(old - top[r]) : 0;
        total[r] = total[r] * keep + added;
        if (keep != 1)
          for (int64_t d = 0; d < width; d += VL) store(values + r * width + d, load(values + r * width + d) * keep);
      }
      gemm_f32(count, width, end - begin, {scores, STRIDE, 1}, packed.values + begin * width, width, values, width, 1,
               true);
    }
    for (int64_t r = 0; r < count; r++) put(b, first + r, values + r * width, total[r], out);
  }
}

// Few queries: keys and values are read where they lie.
void attend_rows(const Block& b, const Pool& k, const Pool& v, const float* q_in, float* out, float* memory) {
  const int64_t width = b.n.width, D = b.n.D;
  float *q = memory, *values = q + width, *scores = values + width;
  for (int64_t row = 0; row < b.rows(); row++) {
    pack_query(b, q_in, row, q);
    const int64_t begin = b.first_key(row), end = b.last_key(row) + 1;
    for (int64_t key = begin; key < end; key += VL) {
      vec products[VL];
      for (int64_t i = 0; i < VL; i++) {
        const float* at = k.at(b.segment.places[key + i < end ? key + i : end - 1]);
        vec acc = {};
        int64_t d = 0;
        for (; d + VL <= D; d += VL) acc += load(at + d) * load(q + d);
        if (d < D) acc += load_part(at + d, D - d) * load(q + d);
        products[i] = acc;
      }
      store(scores + key - begin, sums(products));
    }
    float top = -INFINITY;
    const float total = soften(scores, padded(end - begin), 0, end - begin, top);
    constexpr int64_t STEP = 4 * VL;
    for (int64_t d = 0; d < width; d += STEP) {
      vec acc[4] = {};
      for (int64_t key = begin; key < end; key++) {
        const float* at = v.at(b.segment.places[key]) + d;
        const vec weight = splat(scores[key - begin]);
        if (d + STEP <= D) {
          for (int i = 0; i < 4; i++) acc[i] += weight * load(at + i * VL);
        } else {
          for (int i = 0; d + i * VL < D; i++) {
            const int64_t left = D - d - i * VL;
            acc[i] += weight * (left >= VL ? load(at + i * VL) : load_part(at + i * VL, left));
          }
        }
      }
      for (int i = 0; i < 4 && d + i * VL < width; i++) store(values + d + i * VL, acc[i]);
    }
    put(b, row, values, total, out);
  }
}

template <typename F>
void each_block(const Sizes& n, const Plan& plan, F f) {
  for (int64_t head = 0; head < n.Hkv; head++) {
    for (int64_t i = 0; i < plan.segments(); i++) {
      const Segment segment = plan.at(i);
      for (int64_t begin = 0; begin < segment.count; begin += BLOCK_TOKENS) {
        const int64_t end = begin + BLOCK_TOKENS < segment.count ? begin + BLOCK_TOKENS : segment.count;
        f(Block{n, segment, head, begin, end});
      }
    }
  }
}

}  // namespace

// parameter: T, H, Hkv, D, window (0: none), scale * 2^32. input: q [T, H, D], pools of k and v [places, Hkv, D], plan
// i32: the number of segments, of each its first token, its tokens, where its list begins and how long it is; then the
// lists. Segments lie one behind the other from token 0 on. output: attended values [T, H, D], zero behind the segments.
KERNEL(cached_attention) {
  const Sizes n(call->parameter);
  const Plan plan = {(const int32_t*)call->input[3]};
  const float* q = (const float*)call->input[0];
  float* out = (float*)call->output;
  int64_t total = 0, longest = 0, tokens = 0;
  each_block(n, plan, [&](const Block& b) { total += b.cost(); });
  for (int64_t i = 0; i < plan.segments(); i++) {
    const Segment segment = plan.at(i);
    if (segment.length > longest) longest = segment.length;
    tokens = segment.token + segment.count;
  }
  if (thread == 0) memset(out + tokens * n.H * n.D, 0, (n.T - tokens) * n.H * n.D * 4);
  const int64_t keys = (longest + NR) / NR * NR;
  const int64_t own = 2 * MR * n.width + (MR * STRIDE > keys ? MR * STRIDE : keys);
  Packed packed;
  packed.panels = (float*)scratch<0>((2 * keys * n.width + own) * 4 + keys * 4);
  packed.values = packed.panels + keys * n.width;
  float* memory = packed.values + keys * n.width;
  packed.places = (int32_t*)(memory + own);
  int64_t before = 0;
  each_block(n, plan, [&](const Block& b) {
    const int64_t cost = b.cost(), middle = before + cost / 2;
    before += cost;
    if (middle * threads / total != thread) return;
    const Pool k = {(const float*)call->input[1], n.Hkv * n.D, b.head * n.D};
    const Pool v = {(const float*)call->input[2], n.Hkv * n.D, b.head * n.D};
    if (b.rows() < FEW_ROWS) return attend_rows(b, k, v, q, out, memory);
    packed.need(n, b.head, k, v, b.segment.places, b.last_key(b.rows() - 1) + 1);
    attend_tiles(b, packed, q, out, memory);
  });
}
