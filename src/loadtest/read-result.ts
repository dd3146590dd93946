/** A result that was kept as JSON, read back. */
import { readFileSync } from 'node:fs';
import { ConfigError, messageOf } from '../core/index.ts';
import type { LoadTestResult } from './result.ts';

const FORMAT: LoadTestResult['format'] = 'tunesmith-loadtest/1';

/** @throws ConfigError when it is not there, or nothing that `loadtest --json` wrote */
export function readLoadTestResult(path: string): LoadTestResult {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(
      {
        en: `${path}: cannot be read (${messageOf(error)}); give a file that tunesmith loadtest --json wrote`,
        zh: `${path}：无法读取（${messageOf(error, 'zh')}）；请给出 tunesmith loadtest --json 写出的文件`,
      },
      error,
    );
  }
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (format === FORMAT) return value as LoadTestResult;
  throw new ConfigError({
    en: `${path}: its format is ${JSON.stringify(format) ?? 'missing'}, not ${FORMAT}; give a file that tunesmith loadtest --json wrote`,
    zh: `${path}：格式为 ${JSON.stringify(format) ?? '缺失'}，而非 ${FORMAT}；请给出 tunesmith loadtest --json 写出的文件`,
  });
}
