/** Which files of a repository are needed: of a model its configuration, tokenizer and one form of its weights; an adapter's. */
import { HubError } from '../core/index.ts';
import type { RepositoryFile } from './repository.ts';

const SMALL_FILES = new Set([
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
  'model.safetensors.index.json',
]);
const SHARD = /^model(-\d+-of-\d+)?\.safetensors$/;
const GGUF = /\.gguf$/i;
/** In the order of wish where nobody says which: small enough for most machines, close to the whole weights. */
const QUANTIZATIONS = ['Q4_K_M', 'Q8_0', 'Q4_0', 'Q4_1', 'Q6_K', 'Q5_K_M', 'BF16', 'F16'];

export interface ModelChoice {
  readonly kind: 'folder' | 'gguf';
  readonly files: readonly RepositoryFile[];
}

/**
 * @param quantization of a GGUF file, as its name says it
 * @throws HubError when there are no weights that are read here
 */
export function chooseModelFiles(
  id: string,
  files: readonly RepositoryFile[],
  quantization?: string,
): ModelChoice {
  const weights = files.filter(({ path }) => SHARD.test(path));
  const hasFolder = weights.length > 0 && files.some(({ path }) => path === 'config.json');
  if (hasFolder && quantization === undefined) {
    const whole = weights.filter(({ path }) => path === 'model.safetensors');
    const small = files.filter(({ path }) => SMALL_FILES.has(path));
    return { kind: 'folder', files: [...small, ...(whole.length > 0 ? whole : weights)] };
  }
  const ggufs = files.filter(({ path }) => GGUF.test(path) && !/mmproj|-of-\d+/i.test(path));
  const byName = (wish: string) => ggufs.find(({ path }) => path.toUpperCase().includes(wish.toUpperCase()));
  const chosen =
    quantization === undefined ? (QUANTIZATIONS.map(byName).find(Boolean) ?? ggufs[0]) : byName(quantization);
  if (chosen) return { kind: 'gguf', files: [chosen] };
  if (ggufs.length > 0) {
    throw new HubError({
      en: `hub: ${id} has no GGUF file of ${quantization}; its files are ${ggufs.map(({ path }) => path).join(', ')}`,
      zh: `模型库：${id} 没有 ${quantization} 的 GGUF 文件；现有 ${ggufs.map(({ path }) => path).join('、')}`,
    });
  }
  const pickled = files.some(({ path }) => /\.(bin|pt|pth)$/.test(path));
  throw new HubError({
    en: `hub: ${id} has ${pickled ? 'weights as Python objects only, which may run code' : 'no weights'}, and safetensors or GGUF is due; choose a repository that has them`,
    zh: `模型库：${id} ${pickled ? '只有 Python 对象形式的权重（可能执行代码）' : '没有权重'}，而需要 safetensors 或 GGUF；请换一个含有它们的仓库`,
  });
}

const ADAPTER_FILES = ['adapter_config.json', 'adapter_model.safetensors'];

/** @throws HubError when it holds no adapter that is read here */
export function chooseAdapterFiles(id: string, files: readonly RepositoryFile[]): readonly RepositoryFile[] {
  const chosen = files.filter(({ path }) => ADAPTER_FILES.includes(path));
  if (chosen.length === ADAPTER_FILES.length) return chosen;
  throw new HubError({
    en: `hub: ${id} holds no LoRA adapter (${ADAPTER_FILES.join(' and ')}); check adapter_name_or_path`,
    zh: `模型库：${id} 中没有 LoRA 适配器（${ADAPTER_FILES.join('、')}）；请检查 adapter_name_or_path`,
  });
}
