/** The largest of many values, without sorting all. */

/** @returns indices of the k largest values, largest first */
export function largest(values: Float32Array, k: number): number[] {
  if (k >= values.length) return [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  // A heap whose root is the smallest of those that are kept.
  const heap = Array.from({ length: k }, (_, index) => index);
  const sink = (from: number) => {
    for (let at = from; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < k && values[heap[child]!]! < values[heap[least]!]!) least = child;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  };
  for (let i = (k >> 1) - 1; i >= 0; i--) sink(i);
  for (let i = k; i < values.length; i++) {
    if (values[i]! <= values[heap[0]!]!) continue;
    heap[0] = i;
    sink(0);
  }
  return heap.sort((a, b) => values[b]! - values[a]!);
}
