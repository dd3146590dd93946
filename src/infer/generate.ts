/** Free answers to many prompts, all at once. */
import { setMaxListeners } from 'node:events';
import type { OnProgress } from '../core/index.ts';
import type { GenerateRequest, InferenceEngine } from './engine-types.ts';

export interface GenerateAllOptions extends Omit<GenerateRequest, 'prompt'> {
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Each row samples by a seed of its own.
 * @returns the answers' token ids, in order
 */
export async function generateAll(
  engine: InferenceEngine,
  prompts: readonly (readonly number[])[],
  { onProgress, ...request }: GenerateAllOptions,
): Promise<number[][]> {
  const stop = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal;
  setMaxListeners(0, signal); // one of each row
  let done = 0;
  const answer = async (prompt: readonly number[], row: number): Promise<number[]> => {
    const sampling = { ...request.sampling, seed: request.sampling.seed + row };
    const tokens: number[] = [];
    for await (const { token } of engine.generate({ ...request, prompt, sampling, signal }))
      tokens.push(token);
    done++;
    onProgress?.({ task: 'generate', done, total: prompts.length, unit: 'rows' });
    return tokens;
  };
  try {
    return await Promise.all(prompts.map(answer));
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}
