// Attention of a batch whose rows begin alike: a prefix [P] computed once, then B rows, one right behind the other, that
// see it and themselves; causal, in local layers the last `window` positions only. Scores exist for one block of queries
// and keys at a time; the log-sum-exp of each query lets the reverse recompute them (https://arxiv.org/abs/2205.14135).
//
// Work is a list of query blocks, key head by key head, cut into one run of equal cost for each thread. In reverse a
// run adds to the gradients of the prefix, and of a row that the next thread goes on with, in memory of its own; the
// sums are made at the end, always in the same order.
#include "call.h"
#include "gemm_f32.h"

namespace {

constexpr int64_t KEY_BLOCK = 256;
constexpr int64_t SCORE_STRIDE = KEY_BLOCK + NR;

struct Shape {
  int64_t P, B, L, H, Hkv, D, window;  // L: no row is longer
  float scale;
  const int32_t* starts;  // [B + 1]: the first token of each row, then the number of all tokens
  int64_t group, width, block;  // query heads of a key head; D padded; query tokens of a block

  Shape(const int64_t* n, const void* row_starts)
      : P(n[0]), B(n[1]), L(n[2]), H(n[3]), Hkv(n[4]), D(n[5]), window(n[6]), starts((const int32_t*)row_starts) {
    scale = (float)((double)n[7] / 4294967296.0);
    if (window == 0) window = P + L;
    group = H / Hkv;
    width = padded(D);
    const int64_t queries = width <= 64 ? 192 : width <= 128 ? 96 : 48;  // with the keys, these fit a core's cache
    block = queries / group > 1 ? queries / group : 1;
  }
  int64_t tokens() const { return starts[B]; }
  // The prefix is row -1.
  int64_t start(int64_t row) const { return row < 0 ? 0 : starts[row]; }
  int64_t length(int64_t row) const { return row < 0 ? P : starts[row + 1] - starts[row]; }
  int64_t blocks(int64_t row) const { return (length(row) + block - 1) / block; }
  // Keys seen by the first n positions, all together.
  int64_t seen(int64_t n) const {
    return n <= window ? n * (n + 1) / 2 : window * (window + 1) / 2 + (n - window) * window;
  }
};

struct Block {
  int64_t head;        // of the keys
  int64_t row;         // -1: the prefix
  int64_t token;       // where the row lies among all tokens
  int64_t before;      // positions before the row
  int64_t length;      // of the row
  int64_t begin, end;  // tokens of the row
  int64_t thread;      // which works on it
};

// All blocks in their order, in memory of this thread.
struct Blocks {
  Block* at;
  int64_t count = 0;

  Blocks(const Shape& s, int threads) {
    int64_t most = 0;
    for (int64_t row = -1; row < s.B; row++) most += s.Hkv * s.blocks(row);
    at = (Block*)scratch<1>((size_t)most * sizeof(Block));
    int64_t cost = 0;
    for (int64_t head = 0; head < s.Hkv; head++) {
      for (int64_t row = -1; row < s.B; row++) {
        const int64_t before = row < 0 ? 0 : s.P, length = s.length(row);
        for (int64_t begin = 0; begin < length; begin += s.block) {
          const int64_t end = begin + s.block < length ? begin + s.block : length;
          const int64_t own = s.seen(before + end) - s.seen(before + begin);
          at[count++] = {head, row, s.start(row), before, length, begin, end, 2 * cost + own};
          cost += own;
        }
      }
    }
    // Each goes where its middle lies.
    for (Block& b : *this) b.thread = b.thread * threads / (2 * cost);
  }
  Block* begin() const { return at; }
  Block* end() const { return at + count; }
};

// Keys or values of one head that a row sees, prefix first: as panels [NR keys] of [D, NR], and as rows.
struct Keys {
  float* panels = nullptr;
  float* rows = nullptr;
  int64_t width = 0;

  const float* panel(int64_t key) const { return panels + key / NR * width * NR + key % NR; }

  void pack(const Shape& s, const float* x, const Block& b, int64_t from) {
    const int64_t count = b.before + b.length;
    width = s.width;
    for (int64_t first = from / VL * VL; first < padded(count); first += VL) {
      for (int64_t d = 0; d < width; d += VL) {
        vec square[VL];
        for (int i = 0; i < VL; i++) {
          const int64_t key = first + i;
          const int64_t token = key < b.before ? key : b.token + key - b.before;
          const float* at = x + (token * s.Hkv + b.head) * s.D + d;
          square[i] = key >= count ? vec{} : d + VL <= s.D ? load(at) : load_part(at, s.D - d);
          if (rows) store(rows + key * width + d, square[i]);
        }
        if (!panels) continue;
        transpose(square);
        for (int i = 0; i < VL; i++) store(panels + (first / NR * width + d + i) * NR + first % NR, square[i]);
      }
    }
  }
};

// Which part of the keys lies packed.
struct Packed {
  int64_t head = -1, row = -2;
  // The first key to pack for this block, or -1 if all are there.
  int64_t next(const Block& b) {
    if (head == b.head && row == b.row) return -1;
    const int64_t from = head == b.head ? b.before : 0;
    head = b.head, row = b.row;
    return from;
  }
};

// Queries of a block, token by token, in each all heads of the group: row r is token begin + r / group.
struct Queries {
  const Shape& s;
  const Block& b;
  int64_t rows() const { return (b.end - b.begin) * s.group; }
  int64_t token(int64_t r) const { return (uint32_t)r / (uint32_t)s.group; }
  int64_t position(int64_t r) const { return b.before + b.begin + token(r); }
  int64_t index(int64_t r) const {  // among [T, H]
    return (b.token + b.begin + token(r)) * s.H + b.head * s.group + r - token(r) * s.group;
  }
  int64_t first_key(int64_t r) const {
    const int64_t key = position(r) + 1 - s.window;
    return key > 0 ? key : 0;
  }
  int64_t keys() const { return b.before + b.end; }
  // The rows that see some of the keys from `begin` to `end`.
  Range seeing(int64_t begin, int64_t end) const {
    const int64_t start = b.before + b.begin;
    const int64_t from = begin - start, to = end - 1 + s.window - start;
    const int64_t first = from > 0 ? from * s.group : 0;
    const int64_t last = to < b.end - b.begin ? to * s.group : rows();
    return {first, last > first ? last : first};
  }
  void pack(const float* x, float factor, float* to) const {
    const int64_t count = rows();
    for (int64_t r = 0; r < count; r++) {
      const float* from = x + index(r) * s.D;
      float* out = to + r * s.width;
      int64_t d = 0;
      for (; d + VL <= s.D; d += VL) store(out + d, load(from + d) * factor);
      if (d < s.D) store(out + d, load_part(from + d, s.D - d) * factor);
    }
  }
};

Range rounded(Range rows, int64_t limit) {
  const int64_t end = (rows.end + 3) / 4 * 4;
  return {rows.begin / 4 * 4, rows.begin == rows.end ? rows.begin / 4 * 4 : end < limit ? end : limit};
}

// products [rows, keys from `begin` on] = left right, where visible; the rest is left as it is.
void products(const Queries& q, const float* left, const Keys& right, int64_t begin, int64_t end, float* to) {
  for (int64_t key = begin; key < end; key += NR) {
    // Whole small tiles: a few rows more cost less than single ones.
    const Range low = rounded(q.seeing(key, key + NR), q.rows());
    int64_t middle = q.seeing(key + VL, key + NR).begin / 4 * 4;  // rows before see the first half only
    if (key + VL >= end || middle > low.end) middle = low.end;
    if (middle < low.begin) middle = low.begin;
    const auto part = [&](int64_t from, int64_t until, int64_t columns) {
      gemm_f32(until - from, columns, q.s.D, {left + from * q.s.width, q.s.width, 1}, right.panel(key), NR,
               to + from * SCORE_STRIDE + key - begin, SCORE_STRIDE, 1, false);
    };
    part(low.begin, middle, VL);
    part(middle, low.end, NR);
  }
}

// to [rows, D] += weights [rows, keys] right [keys, D]
void add_weighted(const Queries& q, const float* weights, const float* right, int64_t begin, int64_t end, float* to) {
  const int64_t rows = q.rows();
  for (int64_t r = 0; r < rows; r += MR) {
    const int64_t count = rows - r < MR ? rows - r : MR;
    const int64_t seen = q.position(r + count - 1) + 1;
    const int64_t from = q.first_key(r) > begin ? q.first_key(r) : begin, until = seen < end ? seen : end;
    if (from >= until) continue;
    gemm_f32(count, q.s.width, until - from, {weights + r * SCORE_STRIDE + from - begin, SCORE_STRIDE, 1},
             right + from * q.s.width, q.s.width, to + r * q.s.width, q.s.width, 1, true);
  }
}

// to [keys, D] += weightsᵀ [keys, rows] right [rows, D] for the keys from `from` to `until`
void add_transposed(const Queries& q, const float* weights, const float* right, int64_t begin, int64_t from,
                    int64_t until, float* to, int64_t stride) {
  for (int64_t key = from; key < until; key += MR) {
    const int64_t count = until - key < MR ? until - key : MR;
    const Range rows = q.seeing(key, key + count);
    if (rows.begin == rows.end) continue;
    gemm_f32(count, q.s.D, rows.end - rows.begin, {weights + rows.begin * SCORE_STRIDE + key - begin, 1, SCORE_STRIDE},
             right + rows.begin * q.s.width, q.s.width, to + (key - from) * stride, stride, 1, true);
  }
}

struct Visible {
  ivec index;
  int64_t begin, end;
  vec operator()(vec x, int64_t at, float hidden) const {
    if (at >= begin && at + VL <= end) return x;
    const ivec here = index + (int32_t)at;
    const ivec inside = (here >= (int32_t)begin) & (here < (int32_t)end);
    return inside ? x : splat(hidden);
  }
};

Visible visible(const Queries& q, int64_t r, int64_t begin, int64_t end) {
  const int64_t first = q.first_key(r), last = q.position(r) + 1;
  return {lanes(), (first > begin ? first : begin) - begin, (last < end ? last : end) - begin};
}

// Scores of a block to weights e^(score - top); what earlier blocks gave is scaled to the new top.
void soften(const Queries& q, int64_t begin, int64_t end, float* scores, float* top, float* total, float* values) {
  const int64_t rows = q.rows(), count = end - begin;
  for (int64_t r = 0; r < rows; r++) {
    float* row = scores + r * SCORE_STRIDE;
    const Visible see = visible(q, r, begin, end);
    const int64_t from = see.begin / VL * VL;
    if (see.begin >= see.end) {
      for (int64_t i = 0; i < count; i += VL) store(row + i, vec{});
      continue;
    }
    vec highest = splat(-INFINITY);
    for (int64_t i = from; i < see.end; i += VL) highest = max(highest, see(load(row + i), i, -INFINITY));
    const float old = top[r], now = std::fmax(old, max(highest));
    vec sums = {};
    for (int64_t i = 0; i < from; i += VL) store(row + i, vec{});
    int64_t i = from;
    for (; i < see.end; i += VL) {
      const vec weight = see(exp(load(row + i) - now), i, 0);
      sums += weight;
      store(row + i, weight);
    }
    for (; i < count; i += VL) store(row + i, vec{});
    top[r] = now;
    if (old == -INFINITY) {
      total[r] = sum(sums);
      continue;
    }
    const float keep = std::exp(old - now);
    total[r] = total[r] * keep + sum(sums);
    float* value = values + r * q.s.width;
    if (keep != 1)
      for (int64_t d = 0; d < q.s.width; d += VL) store(value + d, load(value + d) * keep);
  }
}

int64_t panels_size(const Shape& s) { return (s.P + s.L + NR) / NR * NR * s.width; }
int64_t rows_size(const Shape& s) { return padded(s.P + s.L) * s.width; }

// Cuts memory into pieces that begin at cache lines.
struct Pieces {
  float* at;
  float* take(int64_t count) {
    float* piece = at;
    at += (count + 15) / 16 * 16;
    return piece;
  }
};

}  // namespace

// parameter: P, B, L, H, Hkv, D, window (0: none), scale * 2^32. input: q [T, H, D], k and v [T, Hkv, D], starts
// i32 [B + 1]. output: attended values [T, H, D], then the log-sum-exp of the scaled scores [T, H].
KERNEL(attention_forward) {
  const Shape s(call->parameter, call->input[3]);
  const float* q_in = (const float*)call->input[0];
  const float* k_in = (const float*)call->input[1];
  const float* v_in = (const float*)call->input[2];
  float* out = (float*)call->output;
  float* lse = out + s.tokens() * s.H * s.D;
  const int64_t rows = s.block * s.group;
  Pieces memory = {(float*)scratch<0>(
      (panels_size(s) + rows_size(s) + rows * (2 * s.width + SCORE_STRIDE + 2) + 512) * 4)};
  Keys k, v;
  k.panels = memory.take(panels_size(s));
  v.rows = memory.take(rows_size(s));
  float* q = memory.take(rows * s.width);
  float* values = memory.take(rows * s.width);
  float* scores = memory.take(rows * SCORE_STRIDE);
  float* top = memory.take(rows);
  float* total = memory.take(rows);
  Packed packed;
  for (const Block& b : Blocks(s, threads)) {
    if (b.thread != thread) continue;
    const int64_t from = packed.next(b);
    if (from >= 0) k.pack(s, k_in, b, from), v.pack(s, v_in, b, from);
    const Queries queries = {s, b};
    queries.pack(q_in, s.scale, q);
    const int64_t count = queries.rows();
    for (int64_t r = 0; r < count; r++) top[r] = -INFINITY, total[r] = 0;
    memset(values, 0, count * s.width * 4);
    for (int64_t begin = queries.first_key(0) / NR * NR; begin < queries.keys(); begin += KEY_BLOCK) {
      const int64_t end = begin + KEY_BLOCK < queries.keys() ? begin + KEY_BLOCK : queries.keys();
      products(queries, q, k, begin, end, scores);
      soften(queries, begin, end, scores, top, total, values);
      add_weighted(queries, scores, v.rows, begin, end, values);
    }
    for (int64_t r = 0; r < count; r++) {
      const float* from_row = values + r * s.width;
      float* to = out + queries.index(r) * s.D;
      const float factor = 1 / total[r];
      int64_t d = 0;
      for (; d + VL <= s.D; d += VL) store(to + d, load(from_row + d) * factor);
      if (d < s.D) store_part(to + d, load(from_row + d) * factor, s.D - d);
      lse[queries.index(r)] = top[r] + std::log(total[r]);
    }
  }
}

// parameter: as forward. input: q, k, v, starts, the forward's output, gradient of the attended values [T, H, D].
// output: gradients of q [T, H, D], k and v [T, Hkv, D], then workspace: (Hkv + threads - 1) * 2 * (P + L) * D floats.
KERNEL(attention_reverse) {
  const Shape s(call->parameter, call->input[3]);
  const float* q_in = (const float*)call->input[0];
  const float* k_in = (const float*)call->input[1];
  const float* v_in = (const float*)call->input[2];
  const float* attended = (const float*)call->input[4];
  const float* gradient = (const float*)call->input[5];
  const int64_t T = s.tokens(), stride = s.Hkv * s.D, part = (s.P + s.L) * s.D;
  const float* lse = attended + T * s.H * s.D;
  float* dq_out = (float*)call->output;
  float* dk_out = dq_out + T * s.H * s.D;
  float* dv_out = dk_out + T * stride;
  float* workspace = dv_out + T * stride;
  // A thread's runs step from head to head, and from a head's thread to the next: their sums differ.
  const auto partial = [&](int by, int64_t head) { return workspace + (by + head) * 2 * part; };

  const int64_t rows = s.block * s.group;
  Pieces memory = {(float*)scratch<0>(
      (2 * panels_size(s) + rows_size(s) + rows * (3 * s.width + 2 * SCORE_STRIDE + 2) + 512) * 4)};
  Keys k, v;
  k.panels = memory.take(panels_size(s));
  k.rows = memory.take(rows_size(s));
  v.panels = memory.take(panels_size(s));
  float* q = memory.take(rows * s.width);
  float* g = memory.take(rows * s.width);
  float* dq = memory.take(rows * s.width);
  float* weights = memory.take(rows * SCORE_STRIDE);
  float* slopes = memory.take(rows * SCORE_STRIDE);
  float* delta = memory.take(rows);
  Packed packed;
  const Blocks blocks(s, threads);
  int64_t head = -1;
  float *dk_row = nullptr, *dv_row = nullptr;  // where the row's own gradients are added
  int64_t row_stride = 0;
  for (const Block& b : blocks) {
    if (b.thread != thread) continue;
    float* own = partial(thread, b.head);
    if (head != b.head) memset(own, 0, s.P * s.D * 4), memset(own + part, 0, s.P * s.D * 4);
    head = b.head;
    const int64_t from = packed.next(b);
    if (from >= 0) {
      k.pack(s, k_in, b, from), v.pack(s, v_in, b, from);
      if (b.row >= 0) {
        const Block* last = &b + s.blocks(b.row) - 1 - b.begin / s.block;
        const bool direct = last->thread == thread;
        dk_row = direct ? dk_out + b.token * stride + b.head * s.D : own + s.P * s.D;
        dv_row = direct ? dv_out + b.token * stride + b.head * s.D : own + part + s.P * s.D;
        row_stride = direct ? stride : s.D;
        for (int64_t l = 0; l < b.length; l++)
          memset(dk_row + l * row_stride, 0, s.D * 4), memset(dv_row + l * row_stride, 0, s.D * 4);
      }
    }
    const Queries queries = {s, b};
    const int64_t count = queries.rows();
    queries.pack(q_in, s.scale, q);
    queries.pack(gradient, 1, g);
    memset(dq, 0, count * s.width * 4);
    for (int64_t r = 0; r < count; r++) {
      const float* value = attended + queries.index(r) * s.D;
      vec dot = {};
      int64_t d = 0;
      for (; d + VL <= s.D; d += VL) dot += load(value + d) * load(g + r * s.width + d);
      if (d < s.D) dot += load_part(value + d, s.D - d) * load(g + r * s.width + d);
      delta[r] = sum(dot);
    }
    for (int64_t begin = queries.first_key(0) / NR * NR; begin < queries.keys(); begin += KEY_BLOCK) {
      const int64_t end = begin + KEY_BLOCK < queries.keys() ? begin + KEY_BLOCK : queries.keys();
      products(queries, q, k, begin, end, weights);
      products(queries, g, v, begin, end, slopes);
      for (int64_t r = 0; r < count; r++) {
        float* weight = weights + r * SCORE_STRIDE;
        float* slope = slopes + r * SCORE_STRIDE;
        const Visible see = visible(queries, r, begin, end);
        const float level = lse[queries.index(r)];
        for (int64_t c = 0; c < end - begin; c += VL) {
          const bool hidden = c >= see.end || c + VL <= see.begin;
          const vec w = hidden ? vec{} : see(exp(load(weight + c) - level), c, 0);
          store(weight + c, w);
          store(slope + c, hidden ? vec{} : see(w * (load(slope + c) - delta[r]), c, 0));
        }
      }
      add_weighted(queries, slopes, k.rows, begin, end, dq);
      const int64_t prefix_end = end < s.P ? end : s.P;
      add_transposed(queries, slopes, q, begin, begin, prefix_end, own + begin * s.D, s.D);
      add_transposed(queries, weights, g, begin, begin, prefix_end, own + part + begin * s.D, s.D);
      if (b.row < 0) continue;
      const int64_t row_begin = begin > s.P ? begin : s.P;
      const int64_t offset = (row_begin - s.P) * row_stride;
      add_transposed(queries, slopes, q, begin, row_begin, end, dk_row + offset, row_stride);
      add_transposed(queries, weights, g, begin, row_begin, end, dv_row + offset, row_stride);
    }
    for (int64_t r = 0; r < count; r++) {
      float* to = dq_out + queries.index(r) * s.D;
      int64_t d = 0;
      for (; d + VL <= s.D; d += VL) store(to + d, load(dq + r * s.width + d) * s.scale);
      if (d < s.D) store_part(to + d, load(dq + r * s.width + d) * s.scale, s.D - d);
    }
  }
  barrier(call, threads);

  // Every thread sums a share of the keys; the threads' parts come in their order.
  const Range prefix = share(s.P, 1, thread, threads);
  const auto add_rows = [&](const float* from, float* to, int64_t count) {
    for (int64_t l = 0; l < count; l++)
      for (int64_t d = 0; d < s.D; d++) to[l * stride + d] += from[l * s.D + d];
  };
  int64_t cleared = -1;
  for (const Block& b : blocks) {
    const Block* next = &b + 1 < blocks.end() ? &b + 1 : nullptr;
    const bool last_of_run = !next || next->thread != b.thread;
    const float* from = partial((int)b.thread, b.head);
    if (cleared < b.head) {
      cleared = b.head;
      for (int64_t p = prefix.begin; p < prefix.end; p++)
        memset(dk_out + p * stride + b.head * s.D, 0, s.D * 4), memset(dv_out + p * stride + b.head * s.D, 0, s.D * 4);
    }
    if (last_of_run || next->head != b.head) {
      const int64_t at = prefix.begin * stride + b.head * s.D, count = prefix.end - prefix.begin;
      add_rows(from + prefix.begin * s.D, dk_out + at, count);
      add_rows(from + part + prefix.begin * s.D, dv_out + at, count);
    }
    if (b.row >= 0 && b.end < b.length && last_of_run) {
      const Range row = share(b.length, 1, thread, threads);
      const int64_t at = (b.token + row.begin) * stride + b.head * s.D, count = row.end - row.begin;
      add_rows(from + (s.P + row.begin) * s.D, dk_out + at, count);
      add_rows(from + part + (s.P + row.begin) * s.D, dv_out + at, count);
    }
  }
}
