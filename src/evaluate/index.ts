/** evaluate: what models answer, judged against the truth. */
export { compareModels } from './compare.ts';
export { type ComparedPair, type Comparison, type Figure, METRICS } from './comparison.ts';
export { comparisonSheets, predictionSheet, SHEET_WORDS } from './comparison-sheets.ts';
export { formatDisputed, formatFigures, formatLeftOut, formatPair } from './comparison-tables.ts';
export { type Correction, readCorrections } from './corrections.ts';
export { EndpointClient, EndpointError } from './endpoint-client.ts';
export { chatUrl } from './endpoint-request.ts';
export { parseEndpoint } from './endpoint-settings.ts';
export {
  type Evaluation,
  type JudgedBy,
  type JudgedRow,
  judgeModel,
  type ModelEvaluation,
  writeEvaluation,
  writeJudgedRows,
} from './evaluation.ts';
export { type EndpointSettings, endpointTarget, judgeEndpoint } from './judge-endpoint.ts';
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
export { oncePerModel, readEvaluation, rejudge } from './rejudge.ts';
export { type SheetRows, type SheetValue, sheetOf, workbookOf } from './sheet.ts';
export {
  formatClassReport,
  formatComparison,
  formatConfusionMatrix,
  formatWrongRows,
  type TableOptions,
} from './terminal-tables.ts';
export {
  type Check,
  decide,
  type Evidence,
  evidenceIn,
  type Measured,
  SIGNIFICANCE,
  type Verdict,
} from './verdict.ts';
export { checkInWords, decisionInWords } from './verdict-words.ts';
