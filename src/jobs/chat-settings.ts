/** How answers in a chat are drawn; what a run file says is how it begins. */
import type { RunConfig } from '../config/index.ts';
import type { Sampling } from '../infer/index.ts';

export interface ChatSettings {
  readonly enableThinking: boolean | null;
  readonly maxNewTokens: number;
  readonly sampling: Sampling;
  readonly signal?: AbortSignal;
}

/** The settings of a run file, for the first turn. */
export function chatSettings(config: RunConfig): ChatSettings {
  return {
    enableThinking: config.enable_thinking,
    maxNewTokens: config.max_new_tokens,
    sampling: {
      doSample: config.do_sample,
      temperature: config.temperature,
      topK: config.top_k,
      topP: config.top_p,
      repetitionPenalty: config.repetition_penalty,
      seed: config.seed,
    },
  };
}
