// How a kernel is called: as an operation of a ggml graph, once by each thread. Pointers and sizes come through the
// user data, so that no kernel depends on ggml's structures.
#pragma once
#include <sched.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

struct Call {
  int64_t parameter[16];
  void* input[8];
  void* output;
  std::atomic<int64_t> arrived;
};

#define KERNEL(name) extern "C" void name(void*, int thread, int threads, Call* call)

// Waits until all threads of this call are here. The count only grows, so nothing has to be reset, as long as the
// number of threads stays the same from call to call.
static inline void barrier(Call* call, int threads) {
  const int64_t ticket = call->arrived.fetch_add(1);
  const int64_t target = (ticket / threads + 1) * threads;
  for (int spins = 0; call->arrived.load() < target; spins++) {
    if (spins > 4096) sched_yield();  // the machine has other work: let it go on
#if defined(__x86_64__)
    else __builtin_ia32_pause();
#endif
  }
}

// Memory of this thread that grows and is kept for its lifetime, aligned to cache lines.
template <int id>
static inline void* scratch(size_t bytes) {
  struct Kept {
    void* memory = nullptr;
    size_t size = 0;
    ~Kept() { free(memory); }
  };
  static thread_local Kept kept;
  if (kept.size < bytes) {
    free(kept.memory);
    kept.size = (bytes + 4095) / 4096 * 4096;
    kept.memory = aligned_alloc(64, kept.size);
    if (!kept.memory) abort();
  }
  return kept.memory;
}

// The part of `count` items that belongs to a thread, in whole steps.
struct Range {
  int64_t begin, end;
};

static inline Range share(int64_t count, int64_t step, int thread, int threads) {
  const int64_t steps = (count + step - 1) / step;
  const int64_t begin = steps * thread / threads * step, end = steps * (thread + 1) / threads * step;
  return {begin < count ? begin : count, end < count ? end : count};
}
