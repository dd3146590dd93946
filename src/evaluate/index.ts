/** evaluate: what models answer, judged against the truth. */
export { type AnswerRules, labelOf, normalizeAnswer } from './answers.ts';
export {
  type Evaluation,
  type JudgedBy,
  type JudgedRow,
  judgeModel,
  type ModelEvaluation,
  writeEvaluation,
} from './evaluation.ts';
export {
  answerLimit,
  type Candidate,
  type Judged,
  type JudgeOptions,
  judgeByAnswers,
  judgeByLabels,
  labelsOf,
  stopIds,
} from './judge-samples.ts';
export { type ClassificationReport, type Confusion, classificationReport } from './metrics.ts';
export {
  formatClassReport,
  formatComparison,
  formatConfusionMatrix,
  formatWrongRows,
  type TableOptions,
} from './terminal-tables.ts';
