/** All that a report is made of, gathered from an experiment's folder. Nothing is computed anew. */
import { join, resolve } from 'node:path';
import type { ReportWords, RunConfig } from '../../config/index.ts';
import { type Language, RunError } from '../../core/index.ts';
import type { Comparison, JudgedRow, ModelEvaluation, Verdict } from '../../evaluate/index.ts';
import { type Metrics, readResults, readTrainerLog } from '../../runs/index.ts';
import { type ExperimentRecord, readExperimentRecord } from '../record.ts';
import { type JudgedStage, type LoadLevel, readResult } from '../stage-results.ts';
import { readReportWords } from './edited-words.ts';

export interface Training {
  readonly variant: string;
  readonly run: RunConfig;
  readonly training: readonly { readonly step: number; readonly loss: number }[];
  readonly evaluation: readonly { readonly step: number; readonly loss: number }[];
  /** In the words of all_results.json. */
  readonly metrics: Metrics;
  readonly folder: string;
}

/** How a candidate answered, in the way that counts. */
export interface JudgedCandidate {
  readonly name: string;
  readonly evaluation: ModelEvaluation;
  readonly rows: readonly JudgedRow[];
  /** Where it was judged in another way too. */
  readonly others: readonly ModelEvaluation[];
  readonly findings: JudgedStage['findings'];
}

export interface ReportData {
  readonly language: Language;
  /** Written by a person. */
  readonly edited: ReportWords;
  readonly record: ExperimentRecord;
  readonly verdict: Verdict;
  readonly comparison: Comparison;
  readonly judged: readonly JudgedCandidate[];
  readonly trainings: readonly Training[];
  readonly loads: readonly { readonly name: string; readonly levels: readonly LoadLevel[] }[];
  /** Absolute. */
  readonly outputDir: string;
}

/** @throws RunError when the folder holds no experiment, or one that has not come to its verdict */
export function readReportData(outputDir: string, language: Language): ReportData {
  const record = readExperimentRecord(outputDir);
  const { verdict, stages, experiment, state } = record;
  if (!verdict) {
    throw new RunError({
      en: `${outputDir}: the experiment has not come to its verdict (${state}); run "tunesmith experiment" to its end`,
      zh: `${outputDir}：实验尚无结论（${state}）；请把 "tunesmith experiment" 运行完`,
    });
  }
  const folderOf = (kind: string, subject = '') => {
    const stage = stages.find((one) => one.kind === kind && one.subject === subject);
    return join(outputDir, stage!.folder);
  };
  return {
    language,
    edited: readReportWords(outputDir),
    record,
    verdict,
    comparison: readResult('compare', folderOf('compare')),
    judged: experiment.candidates.map(({ name }) => {
      const { judged, findings } = readResult('judge', folderOf('judge', name));
      const [first, ...others] = judged;
      return {
        name,
        evaluation: first!.evaluation,
        rows: first!.rows,
        others: others.map(({ evaluation }) => evaluation),
        findings,
      };
    }),
    trainings: experiment.variants.map(({ name, run }) => trainingOf(name, run, folderOf('train', name))),
    loads: stages
      .filter(({ kind }) => kind === 'load')
      .map(({ subject }) => ({
        name: subject,
        levels: readResult('load', folderOf('load', subject)).levels,
      })),
    outputDir: resolve(outputDir),
  };
}

function trainingOf(variant: string, run: RunConfig, folder: string): Training {
  const log = readTrainerLog(folder);
  const points = (key: 'loss' | 'eval_loss') =>
    log.flatMap((line) => {
      const loss = line[key];
      return loss === undefined ? [] : [{ step: line.current_steps, loss }];
    });
  return {
    variant,
    run,
    training: points('loss'),
    evaluation: points('eval_loss'),
    metrics: readResults(folder, 'all') ?? {},
    folder,
  };
}
