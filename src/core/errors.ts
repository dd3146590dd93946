/**
 * What can go wrong, as classes with a stable `code` that a page or a test can rely on.
 * Messages read `<where>: <what is wrong, with the values>; <what to do>`.
 */

/** Every error that a user can meet. The code is stable and names the class of problem, never its place. */
export class TunesmithError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
  }
}

/** A setting, a run file or a command line that cannot be carried out. */
export class ConfigError extends TunesmithError {
  constructor(message: string, cause?: unknown) {
    super('config', message, cause);
  }
}

/** A data set, or a row of one, that cannot be read as asked. */
export class DataError extends TunesmithError {
  constructor(message: string, cause?: unknown) {
    super('data', message, cause);
  }
}

/** A model, tokenizer or adapter file that is missing, broken or of a kind not supported. */
export class ModelError extends TunesmithError {
  constructor(message: string, cause?: unknown) {
    super('model', message, cause);
  }
}

/** A name that no hub could turn into files. */
export class HubError extends TunesmithError {
  constructor(message: string, cause?: unknown) {
    super('hub', message, cause);
  }
}

/** Reading or writing failed on the side of the file system: missing, forbidden, full. */
export class StorageError extends TunesmithError {
  constructor(message: string, cause?: unknown) {
    super('storage', message, cause);
  }
}

/** The work needs more memory than the machine or device has. */
export class MemoryError extends TunesmithError {
  constructor(message: string, cause?: unknown) {
    super('memory', message, cause);
  }
}

/** A device or native library that cannot be used on this machine. */
export class DeviceError extends TunesmithError {
  constructor(message: string, cause?: unknown) {
    super('device', message, cause);
  }
}

/** Tensors whose shapes or dtypes do not fit each other: a mistake in a graph or a model file. */
export class ShapeError extends TunesmithError {
  constructor(message: string, cause?: unknown) {
    super('shape', message, cause);
  }
}

/** A run that cannot be started, found, resumed or stopped. */
export class RunError extends TunesmithError {
  constructor(message: string, cause?: unknown) {
    super('run', message, cause);
  }
}

/** Fails when an invariant of our own does not hold; the message starts `internal:`. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal: ${message}`);
}

/** The message of whatever was thrown, without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
