/** runs: the run directory in LLaMA-Factory's formats, its events, and the list of runs. */
export {
  type Checkpoint,
  checkpointPath,
  checkpointToResume,
  lastCheckpoint,
  listCheckpoints,
  rotateCheckpoints,
} from './checkpoints.ts';
export { Claim } from './claim.ts';
export {
  isFinal,
  type OnRunEvent,
  type RunEvent,
  type RunPhase,
  type StepEvent,
  type TimedRunEvent,
} from './events.ts';
export { FINDINGS_FILE, LOSS_PICTURE, PREDICTIONS_FILE } from './file-names.ts';
export { type FollowedEvent, followEvents } from './follow.ts';
export { JsonLinesWriter } from './json-lines.ts';
export { type Metrics, readResults, type Split } from './results.ts';
export { RunDirectory, type RunDirectoryOptions, type RunEnd } from './run-directory.ts';
export { type ListedRun, listRuns, rebuildRunIndex } from './run-index.ts';
export { openRunDirectory, type RunState, type RunView, signalRun } from './run-view.ts';
export { type LogTiming, readTrainerLog, type TrainerLogLine } from './trainer-log.ts';
export {
  type LogRecord,
  newTrainerState,
  readTrainerState,
  type TrainerPlan,
  type TrainerState,
} from './trainer-state.ts';
