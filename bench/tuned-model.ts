/**
 * SmolLM2 tuned to sort headlines, its adapter merged, as one GGUF file in Q4_0: what programs can answer with that read
 * no adapter of ours, and all of them with the very same weights.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedModel } from '../src/hub/index.ts';
import { loadModel, mergeAdapter, openDevice } from '../src/load/index.ts';
import type { BenchOptions } from './job.ts';
import { tune } from './jobs/label-scoring.ts';
import { benchFolder } from './peers/environment.ts';
import { writeQuantized } from './quantize-model.ts';
import { say } from './say.ts';

/** Steps of 16 rows; enough to sort headlines somewhat, and to end an answer where it ends. */
const STEPS = 80;

/** @returns the file; kept from one time to the next unless in small mode */
export async function tunedModel(model: ResolvedModel, options: BenchOptions): Promise<string> {
  const folder = options.small ? options.folder : join(benchFolder(), 'models');
  const file = join(folder, `${model.name}-headlines-q4_0.gguf`);
  if (existsSync(file)) return file;
  const adapter = await tune(model, options, options.small ? undefined : STEPS);
  say(`  writing ${file}`);
  using device = openDevice({ name: 'cpu', threads: options.threads });
  using loaded = await loadModel(model, device, { dtype: 'f32' });
  await mergeAdapter(adapter, loaded);
  writeQuantized(loaded, model.path, file);
  return file;
}
