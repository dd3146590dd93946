/** The families that are known, by model_type and by GGUF architecture. A new one is one file and one line. */
import { ModelError } from '../../core/index.ts';
import type { Family } from './family.ts';
import { gemma3Text } from './gemma3-text.ts';
import { llama } from './llama.ts';
import { qwen3 } from './qwen3.ts';

const FAMILIES: readonly Family[] = [llama, qwen3, gemma3Text];

/** @throws ModelError that names the families there are */
export function familyOf(key: 'modelType' | 'ggufArchitecture', name: unknown): Family {
  const family = FAMILIES.find((candidate) => candidate[key] === name);
  if (!family) {
    const known = FAMILIES.map((candidate) => candidate[key]).join(', ');
    throw new ModelError(
      `model: the architecture ${JSON.stringify(name)} is not supported yet; supported are ${known}`,
    );
  }
  return family;
}
