/**
 * A model as a Hugging Face folder in bf16, for programs that do not read what we read: the same weights, bit for
 * bit, that are computed with here.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeFileAtomic, writeFolderAtomic, writeJsonAtomic } from '../src/core/index.ts';
import { writeSafetensors } from '../src/files/index.ts';
import { elementCount, fromFloat32, readTensor } from '../src/graph/index.ts';
import type { ResolvedModel } from '../src/hub/index.ts';
import { type LoadedModel, loadModel, openDevice } from '../src/load/index.ts';
import { type WeightSpec, weightSpecs } from '../src/model/index.ts';
import { benchFolder } from './peers/environment.ts';
import { say } from './say.ts';

/** @returns the folder, which is kept; of a model that is one already, itself */
export async function exportModel(model: ResolvedModel): Promise<string> {
  if (model.kind === 'folder') return model.path;
  const folder = join(benchFolder(), 'models', `${basename(model.path, '.gguf')}-bf16`);
  if (existsSync(folder)) return folder;
  say(`writing ${model.name} as a Hugging Face folder in bf16 to ${folder}`);
  using device = openDevice({ name: 'cpu', threads: 1 });
  using loaded = await loadModel(model, device, { dtype: 'f32' });
  await writeFolderAtomic(folder, async (unfinished) => {
    const tensors = weightSpecs(loaded.spec).map((weight) => ({
      name: weight.name,
      dtype: 'bf16' as const,
      shape: weight.shape,
      data: () => [storedWeight(loaded, weight)],
    }));
    writeSafetensors(join(unfinished, 'model.safetensors'), tensors, { format: 'pt' });
    writeJsonAtomic(join(unfinished, 'config.json'), { ...loaded.config, dtype: 'bfloat16' });
    for (const [name, content] of loaded.tokenizer.files()) writeFileAtomic(join(unfinished, name), content);
  });
  return folder;
}

/** As Hugging Face stores it: Gemma's norms as w of 1 + w. */
function storedWeight({ weights, spec }: LoadedModel, { name, shape, kind }: WeightSpec): Uint8Array {
  const { attributes } = weights.get(name);
  const { tensor } = attributes as { tensor: Parameters<typeof readTensor>[0] };
  const values = new Float32Array(elementCount(shape));
  readTensor(tensor, values);
  if (kind === 'norm') for (let i = 0; i < values.length; i++) values[i]! -= spec.normOffset;
  return fromFloat32(values, 'bf16');
}
