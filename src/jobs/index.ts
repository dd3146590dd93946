/** jobs: what a run file asks for, composed from the rooms below. */
export { type AnswerStatistics, Chat, type ChatSettings, chatSettings } from './chat.ts';
export { type EvaluateOptions, type EvaluateResult, evaluateModels } from './evaluate-models.ts';
export type { OpenOptions } from './open-model.ts';
