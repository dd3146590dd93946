/** The tokenizer of a model, from a Hugging Face folder or from a lone GGUF file. */

import type { Tokenizer } from './tokenizer.ts';
import { loadFolderTokenizer } from './tokenizer-folder.ts';
import { loadGgufTokenizer } from './tokenizer-gguf.ts';

/** @throws ModelError when the tokenizer is missing, broken or of a kind that is not supported */
export async function loadTokenizer(model: {
  readonly kind: 'folder' | 'gguf';
  readonly path: string;
}): Promise<Tokenizer> {
  return model.kind === 'gguf' ? loadGgufTokenizer(model.path) : loadFolderTokenizer(model.path);
}
