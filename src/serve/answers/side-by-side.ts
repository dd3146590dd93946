/** Several answers at once: whichever has something comes next. When one fails, or nobody listens, all are ended. */

export type Arrival<Delta, End> =
  | { readonly index: number; readonly delta: Delta }
  | { readonly index: number; readonly end: End };

export async function* sideBySide<Delta, End>(
  answers: readonly AsyncGenerator<Delta, End>[],
): AsyncGenerator<Arrival<Delta, End>, void> {
  const next = (index: number) => {
    const result = answers[index]!.next().then((result) => ({ index, result }));
    result.catch(() => undefined); // Heard when its turn comes, which may be after others were listened to.
    return result;
  };
  const pending = new Map(answers.map((_, index) => [index, next(index)]));
  try {
    while (pending.size > 0) {
      const { index, result } = await Promise.race(pending.values());
      if (result.done) {
        pending.delete(index);
        yield { index, end: result.value };
      } else {
        pending.set(index, next(index));
        yield { index, delta: result.value };
      }
    }
  } finally {
    // The others' failures, if any, follow from the first, which is on its way already.
    for (const index of pending.keys()) answers[index]!.return(undefined as never).catch(() => undefined);
  }
}
