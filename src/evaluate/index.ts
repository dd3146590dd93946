/** evaluate: what models answer, judged against the truth. */
export { compareModels, type ModelAnswers } from './compare.ts';
export type { ComparedPair, Comparison } from './comparison.ts';
export { formatDisputed, formatFigures, formatLeftOut, formatPair } from './comparison-tables.ts';
export { parseEndpoint } from './endpoint-settings.ts';
export {
  type Evaluation,
  type JudgedBy,
  type JudgedRow,
  judgeModel,
  type ModelEvaluation,
  writeEvaluation,
} from './evaluation.ts';
export { type EndpointSettings, judgeEndpoint } from './judge-endpoint.ts';
export {
  answerLimit,
  type Candidate,
  type Judged,
  type JudgeOptions,
  judgeByAnswers,
  judgeByLabels,
  labelsOf,
  stopIds,
  truthOf,
} from './judge-samples.ts';
export type { ClassificationReport, Confusion } from './metrics.ts';
export { joinPredictions } from './predictions.ts';
export {
  formatClassReport,
  formatComparison,
  formatConfusionMatrix,
  formatWrongRows,
  type TableOptions,
} from './terminal-tables.ts';
