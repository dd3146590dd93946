/**
 * SentencePiece's BPE: over and over, the neighbours that make the best-scored token are joined, the leftmost first.
 * Needs no merges; derives them for those who do.
 * @see https://github.com/google/sentencepiece/blob/master/src/bpe_model.cc
 */

export interface ScoredVocabulary {
  /** Token -> id, of all tokens. */
  readonly ids: ReadonlyMap<string, number>;
  /** By id; the lowest is joined first, Infinity for tokens that are never put together from parts. */
  readonly ranks: ArrayLike<number>;
}

/** Ranks stay below this, so that one number holds a rank and, in the lower part, a place. */
const PLACES = 2 ** 31;

/**
 * @param onJoin told where the two parts of a token met, for each join
 * @returns the pieces of the text: tokens, and characters that are in no token
 */
export function joinPieces(
  text: string,
  { ids, ranks }: ScoredVocabulary,
  onJoin?: (joint: number) => void,
): string[] {
  const starts = characterStarts(text);
  const count = starts.length - 1;
  // Plain lists: words are short, and typed arrays cost more to make than they save.
  const next = starts.map((_, i) => i + 1);
  const previous = starts.map((_, i) => i - 1);
  const pairRanks = starts.map(() => Infinity);
  const queue: number[] = [];

  const offer = (left: number) => {
    const right = next[left]!;
    if (left < 0 || right >= count) return;
    const id = ids.get(text.slice(starts[left], starts[next[right]!]));
    const rank = id === undefined ? Infinity : ranks[id]!;
    pairRanks[left] = rank;
    if (rank !== Infinity) pushSmallest(queue, rank * PLACES + left);
  };

  for (let left = 0; left < count - 1; left++) offer(left);
  while (queue.length > 0) {
    const key = popSmallest(queue);
    const left = key % PLACES;
    if (pairRanks[left] !== (key - left) / PLACES) continue; // A part was joined otherwise meanwhile.
    const right = next[left]!;
    onJoin?.(starts[right]!);
    next[left] = next[right]!;
    previous[next[left]!] = left;
    pairRanks[right] = Infinity;
    pairRanks[left] = Infinity;
    offer(left);
    if (previous[left]! >= 0) offer(previous[left]!);
  }

  const pieces: string[] = [];
  for (let i = 0; i < count; i = next[i]!) pieces.push(text.slice(starts[i], starts[next[i]!]));
  return pieces;
}

/**
 * Merges that make plain BPE yield the same tokens. Whatever stands around it, a token's text comes together in the
 * same steps as it does alone, so its last step is the one merge ever used to make it. All possible splits, as
 * transformers derives them, are twice as many and break ties differently.
 */
export function deriveMerges(vocabulary: ScoredVocabulary): [string, string][] {
  const { ids, ranks } = vocabulary;
  const ordinary = [...ids]
    .filter(([, id]) => ranks[id] !== Infinity)
    .sort(([, a], [, b]) => ranks[a]! - ranks[b]!);
  return ordinary.flatMap(([token]): [string, string][] => {
    let joint = 0;
    const pieces = joinPieces(token, vocabulary, (place) => {
      joint = place;
    });
    const [left, right] = [token.slice(0, joint), token.slice(joint)];
    return pieces.length === 1 && joint > 0 && ids.has(left) && ids.has(right) ? [[left, right]] : [];
  });
}

/** Positions where code points start, and the end. */
function characterStarts(text: string): number[] {
  const starts: number[] = [];
  for (let i = 0; i < text.length; i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1) starts.push(i);
  starts.push(text.length);
  return starts;
}

/** A binary heap in an array. */
function pushSmallest(heap: number[], value: number): void {
  let at = heap.length;
  heap.push(value);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= value) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = value;
}

function popSmallest(heap: number[]): number {
  const smallest = heap[0]!;
  const value = heap.pop()!;
  const size = heap.length;
  if (size === 0) return smallest;
  let at = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= value) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = value;
  return smallest;
}
