/**
 * `experiment.json`: the experiment as it stands, for its report, for lists and for a page. The criteria are kept with
 * the time since when they hold, and whether anything had been measured by then. Types are free of Node.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CriterionSpec, Experiment } from '../config/index.ts';
import { messageOf, RunError, type Told, writeJsonAtomic } from '../core/index.ts';
import type { Verdict } from '../evaluate/index.ts';
import { hashOf } from './content-hash.ts';
import type { StageKind } from './stage.ts';

export interface StageRecord {
  readonly id: string;
  readonly kind: StageKind;
  readonly subject: string;
  readonly key: string;
  /** Below the experiment's folder. */
  readonly folder: string;
  readonly state: 'waiting' | 'running' | 'finished';
  readonly seconds?: number;
  /** ISO 8601, in UTC, as are the others. */
  readonly finished?: string;
}

/** Criteria, and since when they hold. */
export interface RuleRecord {
  readonly since: string;
  /** Whether results that they judge were known by then. */
  readonly isAfterResults: boolean;
  readonly candidate: string;
  readonly criteria: readonly CriterionSpec[];
}

/** With a message where it failed. */
export interface ExperimentRecord extends Partial<Told> {
  readonly version: 1;
  /** Resolved; secrets of endpoints left out. */
  readonly experiment: Experiment;
  /** Of the program. */
  readonly programVersion: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryBytes: number };
  readonly state: 'running' | 'finished' | 'stopped' | 'failed';
  readonly started: string;
  readonly updated: string;
  readonly stages: readonly StageRecord[];
  /** Names and hashes of models, by candidate and `train/<variant>`. */
  readonly models: Readonly<Record<string, { readonly name: string; readonly hash: string }>>;
  readonly testHash: string;
  /** The oldest first; the last ones count. */
  readonly rules: readonly RuleRecord[];
  readonly verdict?: Verdict;
}

const FILE = 'experiment.json';

/** @throws RunError when the folder holds no experiment */
export function readExperimentRecord(outputDir: string): ExperimentRecord {
  const record = findExperimentRecord(outputDir);
  if (record) return record;
  throw new RunError({
    en: `${outputDir}: holds no experiment; give the folder that "tunesmith experiment" wrote, or its experiment.yaml`,
    zh: `${outputDir}：其中没有实验；请给出 "tunesmith experiment" 写出的文件夹，或其中的 experiment.yaml`,
  });
}

export function findExperimentRecord(outputDir: string): ExperimentRecord | undefined {
  const path = join(outputDir, FILE);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ExperimentRecord;
  } catch (error) {
    throw new RunError(
      {
        en: `${path}: cannot be read: ${messageOf(error)}; delete it and run the experiment again`,
        zh: `${path}：无法读取：${messageOf(error, 'zh')}；请删去它，然后重新运行实验`,
      },
      error,
    );
  }
}

export function writeExperimentRecord(outputDir: string, record: ExperimentRecord): void {
  writeJsonAtomic(join(outputDir, FILE), record);
}

/** The history of the rules, with the present ones at its end. */
export function rulesWith(
  rules: readonly RuleRecord[],
  { criteria, candidate }: Experiment,
  now: { readonly since: string; readonly isAfterResults: boolean },
): RuleRecord[] {
  const last = rules.at(-1);
  const same = last && hashOf([last.criteria, last.candidate]) === hashOf([criteria, candidate]);
  return same ? [...rules] : [...rules, { ...now, candidate, criteria }];
}

/** Secrets may stand in an experiment file; in what is shown they do not. */
export function withoutSecrets(experiment: Experiment): Experiment {
  const candidates = experiment.candidates.map((candidate) => {
    if (candidate.kind !== 'endpoint') return candidate;
    const { headers: _, api_key: __, ...endpoint } = candidate.endpoint;
    const url = String(endpoint['url']);
    const shown = URL.canParse(url) ? new URL(url).origin + new URL(url).pathname : url;
    return { ...candidate, endpoint: { ...endpoint, url: shown } };
  });
  return { ...experiment, candidates };
}
