/** What a model would take of memory, from its configuration alone: to train an adapter, to answer, and to be served. */
import { buildBatch } from '../data/index.ts';
import { usualCacheBytes } from '../infer/index.ts';
import { type DecoderSpec, LINEAR_MODULES } from '../model/index.ts';
import { batchInputs } from './batch-inputs.ts';
import { planMemory } from './memory-plan.ts';

export interface ModelNeed {
  readonly use: 'train' | 'answer' | 'serve';
  readonly dtype: 'bf16' | 'f32';
  readonly bytes: number;
}

/**
 * What the figures are for: an adapter of rank 8 on all layers, rows of usual length, a conversation of usual length; a
 * server that keeps what it usually keeps of contexts of usual length.
 */
export const ASSUMED = {
  rank: 8,
  rows: 4,
  rowTokens: 512,
  answerTokens: 2048,
  servedTokens: 4096,
} as const;

export function modelNeeds(spec: DecoderSpec): ModelNeed[] {
  const lora = {
    rank: ASSUMED.rank,
    alpha: 2 * ASSUMED.rank,
    rankStabilized: false,
    dropout: 0,
    modules: LINEAR_MODULES,
  };
  const uses = [
    { use: 'train', purpose: 'train', rows: ASSUMED.rows, tokens: ASSUMED.rowTokens },
    { use: 'answer', purpose: 'evaluate', rows: 1, tokens: ASSUMED.answerTokens },
  ] as const;
  const needs = uses.flatMap(({ use, purpose, rows, tokens }) =>
    (['bf16', 'f32'] as const).map((dtype): ModelNeed => {
      const { shape } = batchInputs(plainBatch(rows, Math.min(tokens, spec.maxPositions)), spec.vocabSize, 1);
      return { use, dtype, bytes: planMemory(spec, { dtype, lora, shape, purpose }).totalBytes };
    }),
  );
  const kept = usualCacheBytes(spec, Math.min(ASSUMED.servedTokens, spec.maxPositions));
  const served = needs.filter(({ use }) => use === 'answer');
  return [
    ...needs,
    ...served.map(({ dtype, bytes }) => ({ use: 'serve', dtype, bytes: bytes + kept }) as const),
  ];
}

/** Rows that share nothing, of which the last quarter is labelled. */
function plainBatch(rows: number, tokens: number) {
  const inputIds = new Int32Array(tokens);
  const labels = inputIds.map((_, position) => (position < 0.75 * tokens ? -100 : 0));
  return buildBatch(
    Array.from({ length: rows }, () => ({ inputIds, labels })),
    { sharePrefix: false },
  );
}
