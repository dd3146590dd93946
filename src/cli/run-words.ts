/** The words after a command become a run's settings: a file first, then key=value or --key value. */
import { existsSync, readFileSync } from 'node:fs';
import { parseOverrides, parseRunFile, type RunConfig, resolveRunConfig } from '../config/index.ts';
import { ConfigError, messageOf } from '../core/index.ts';

const RUN_FILE = /\.(ya?ml|json)$/i;

/** @throws ConfigError that names everything that is wrong */
export function readRunConfig(words: readonly string[], defaults: Record<string, unknown> = {}): RunConfig {
  const [first] = words;
  const hasFile = first !== undefined && RUN_FILE.test(first) && !first.includes('=');
  const layers: Record<string, unknown>[] = [defaults];
  if (hasFile) layers.push(readRunFile(first));
  layers.push(parseOverrides(hasFile ? words.slice(1) : words));
  return resolveRunConfig(...layers);
}

function readRunFile(path: string): Record<string, unknown> {
  if (!existsSync(path))
    throw new ConfigError({
      en: `${path}: there is no such file; give the path of a run file`,
      zh: `${path}：没有这个文件；请给出运行文件的路径`,
    });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      {
        en: `${path}: cannot be read (${messageOf(error)}); give the path of a run file`,
        zh: `${path}：无法读取（${messageOf(error, 'zh')}）；请给出运行文件的路径`,
      },
      error,
    );
  }
  return parseRunFile(text, path);
}
