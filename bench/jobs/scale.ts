/**
 * Large models: one of random weights in a real model's shape loads, answers 8 tokens and takes two LoRA steps of one
 * row; time and memory of each. Speed is that of a first step, graphs compiled included.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeRandomModel } from '../../scripts/random-model.ts';
import { formatBytes } from '../../src/core/index.ts';
import { type ResolvedModel, resolveModel } from '../../src/hub/index.ts';
import { loadTokenizer } from '../../src/text/index.ts';
import type { Job } from '../job.ts';
import { inOwnProcess } from '../own-process.ts';
import { benchFolder } from '../peers/environment.ts';
import { unlikeRows } from '../rows.ts';
import { say } from '../say.ts';
import { measure } from './training.ts';

const NEW_TOKENS = 8;
const STEPS = 2;
const ROW_TOKENS = 128;

export const SCALE: Job = {
  name: 'scale',
  summary: `random weights in the shape of --shape: load, answer ${NEW_TOKENS} tokens, ${STEPS} LoRA steps of ${ROW_TOKENS} tokens`,
  isDefault: false,
  peers: ['llamafactory', 'pytorch'],
  async run(options) {
    const model = options.small
      ? await randomModel('tiny', options.folder)
      : await randomModel(options.shape, join(benchFolder(), 'models'));
    say(`  ${model.name}: answering ${NEW_TOKENS} tokens`);
    const tokenizer = await loadTokenizer(model);
    const answered = await inOwnProcess('decode', {
      model: model.path,
      threads: options.threads,
      prompts: [tokenizer.encode('Where does the river go when it has reached the sea?')],
      newTokens: NEW_TOKENS,
      runs: 1,
    });
    const plan = {
      template: 'qwen3_nothink',
      batchSize: 1,
      cutoffLen: 512,
      steps: STEPS,
      threads: options.threads,
      rows: (tokensOf: Parameters<typeof unlikeRows>[2]) => unlikeRows(STEPS, ROW_TOKENS, tokensOf),
    };
    const trained = await measure(plan, model, options, 0);
    const [tokensPerSecond] = answered.tokensPerSecond;
    return {
      settings: trained.settings,
      results: { ...trained.results, answered },
      lines: [
        `  answering    ${tokensPerSecond!.toFixed(2)} tokens/s, ${answered.loadSeconds.toFixed(1)} s to load, peak ${formatBytes(answered.peakRssBytes)}`,
        ...trained.lines,
      ],
    };
  },
};

/** Written once and kept, as a download would be. */
async function randomModel(shape: string, models: string): Promise<ResolvedModel> {
  const folder = join(models, `random-${shape}`);
  if (!existsSync(join(folder, 'config.json'))) {
    say(`  writing random weights in the shape of ${shape} to ${folder}`);
    writeRandomModel(shape, folder);
  }
  return resolveModel(folder);
}
