/** Free answers, token by token: one stream, or a batch of prompts side by side. */
import type { OnProgress } from '../core/index.ts';
import { isGreedy, Sampler, type Sampling } from './sampler.ts';
import type { Session } from './session.ts';

export interface GenerateOptions {
  readonly maxNewTokens: number;
  /** Tokens that end an answer; they are not part of it. */
  readonly stopTokens: ReadonlySet<number>;
  readonly sampling: Sampling;
  readonly signal?: AbortSignal | undefined;
}

/** Prompt tokens fed at once. */
const PREFILL_TOKENS = 512;

/**
 * Answers one prompt.
 * @param cached places of slot 0 that hold the prompt's beginning already; at least one token must be left to run
 * @yields token ids
 */
export async function* generate(
  session: Session,
  prompt: readonly number[],
  { maxNewTokens, stopTokens, sampling, signal }: GenerateOptions,
  cached = 0,
): AsyncGenerator<number> {
  const sampler = new Sampler(sampling);
  const greedy = isGreedy(sampling);
  const tokens = [...prompt];
  let filled = cached;
  while (tokens.length - filled > PREFILL_TOKENS) {
    signal?.throwIfAborted();
    await session.feed([{ cached: filled, tokens: tokens.slice(filled, filled + PREFILL_TOKENS) }]);
    filled += PREFILL_TOKENS;
  }
  const limit = Math.min(prompt.length + maxNewTokens, session.cache.capacity);
  while (tokens.length < limit) {
    signal?.throwIfAborted();
    const row = { cached: filled, tokens: tokens.slice(filled) };
    const at = [{ row: 0, token: row.tokens.length - 1 }];
    const next = greedy
      ? (await session.argmax([row], at))[0]!
      : sampler.next((await session.logits([row], at))[0]!, tokens);
    filled = tokens.length;
    if (stopTokens.has(next)) return;
    tokens.push(next);
    yield next;
  }
}

/**
 * Answers many prompts, as many at once as the session has slots.
 * @returns the answers' token ids, in order
 */
export async function generateAll(
  session: Session,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions & { readonly onProgress?: OnProgress | undefined },
): Promise<number[][]> {
  const order = prompts.map((_, index) => index).sort((a, b) => prompts[a]!.length - prompts[b]!.length);
  const answers = prompts.map((): number[] => []);
  for (let start = 0; start < order.length; start += session.cache.slots) {
    const batch = order.slice(start, start + session.cache.slots);
    await answerBatch(
      session,
      batch.map((index) => ({ prompt: prompts[index]!, answer: answers[index]! })),
      options,
    );
    options.onProgress?.({
      task: 'generate',
      done: start + batch.length,
      total: prompts.length,
      unit: 'rows',
    });
  }
  return answers;
}

async function answerBatch(
  session: Session,
  rows: readonly { prompt: readonly number[]; answer: number[] }[],
  { maxNewTokens, stopTokens, sampling, signal }: GenerateOptions,
): Promise<void> {
  const samplers = rows.map((_, row) => new Sampler({ ...sampling, seed: sampling.seed + row }));
  const finished = rows.map(() => false);
  let pending = rows.map(({ prompt }) => ({ cached: 0, tokens: [...prompt] }));
  for (let step = 0; step < maxNewTokens && finished.includes(false); step++) {
    signal?.throwIfAborted();
    const at = pending.map(({ tokens }, row) => ({ row, token: tokens.length - 1 }));
    const next = isGreedy(sampling)
      ? await session.argmax(pending, at)
      : (await session.logits(pending, at)).map((logits, row) =>
          samplers[row]!.next(logits, [...rows[row]!.prompt, ...rows[row]!.answer]),
        );
    pending = pending.map(({ cached, tokens }, row) => {
      const token = next[row]!;
      const full = cached + tokens.length >= session.cache.capacity;
      if (stopTokens.has(token) || full) finished[row] = true;
      // A finished row repeats its last token in place; nobody looks.
      if (finished[row]) return { cached: cached + tokens.length - 1, tokens: tokens.slice(-1) };
      rows[row]!.answer.push(token);
      return { cached: cached + tokens.length, tokens: [token] };
    });
  }
}
