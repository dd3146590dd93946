/** core: what every room may use, and what knows nothing of models. */
export { AtomicFile, writeFileAtomic, writeFolderAtomic, writeJsonAtomic } from './atomic-files.ts';
export {
  type Bilingual,
  bilingual,
  heard,
  type Language,
  type Reason,
  reasonIn,
  reasonOf,
  type Told,
  told,
} from './bilingual.ts';
export { blockBytes, blockElements, DTYPES, type Dtype, isQuantized, sizeInBytes } from './dtype.ts';
export {
  assert,
  ConfigError,
  DataError,
  DeviceError,
  HubError,
  MemoryError,
  ModelError,
  messageOf,
  RunError,
  ShapeError,
  StorageError,
  TunesmithError,
  textOf,
} from './errors.ts';
export { formatBytes, formatDuration } from './format.ts';
export { languageOf } from './language.ts';
export { createLogger, type Logger, type LogLevel } from './log.ts';
export { checkMachine, type MemoryFit, machineMemoryBytes, memoryFit } from './machine.ts';
export { nearestName } from './nearest.ts';
export { cacheFolder } from './paths.ts';
export type { OnProgress, Progress } from './progress.ts';
export { Random, type RandomState } from './random.ts';
