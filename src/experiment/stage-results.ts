/** The files in which stages leave their results, and how they are read again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, StorageError, writeJsonAtomic } from '../core/index.ts';
import type { Comparison, Judged } from '../evaluate/index.ts';
import type { LoadTestResult } from '../loadtest/index.ts';

/** A row that was left out, and why. */
interface LeftOut {
  readonly file: string;
  readonly row: number;
  readonly reason: string;
}

/** What judging a candidate found; the first of `judged` counts. */
export interface JudgedStage {
  readonly labels: readonly string[];
  readonly judged: readonly Judged[];
  readonly findings: readonly LeftOut[];
}

/** One load test at a number of requests under way at once. */
export interface LoadLevel {
  readonly concurrency: number;
  readonly result: LoadTestResult;
}

export interface LoadStage {
  readonly levels: readonly LoadLevel[];
}

const FILES = { judge: 'judged.json', compare: 'comparison.json', load: 'load.json' } as const;

interface Results {
  readonly judge: JudgedStage;
  readonly compare: Comparison;
  readonly load: LoadStage;
}

export function writeResult<Kind extends keyof Results>(
  kind: Kind,
  folder: string,
  result: Results[Kind],
): void {
  writeJsonAtomic(join(folder, FILES[kind]), result);
}

/** @throws StorageError when it is not there, or broken */
export function readResult<Kind extends keyof Results>(kind: Kind, folder: string): Results[Kind] {
  const path = join(folder, FILES[kind]);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Results[Kind];
  } catch (error) {
    throw new StorageError(
      {
        en: `${path}: cannot be read: ${messageOf(error)}; delete its folder and run the experiment again`,
        zh: `${path}：无法读取：${messageOf(error, 'zh')}；请删去它所在的文件夹，然后重新运行实验`,
      },
      error,
    );
  }
}
