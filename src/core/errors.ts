/**
 * What can go wrong, as classes with a stable `code` that a page or a test can rely on.
 * Messages read `<where>: <what is wrong, with the values>; <what to do>`, in both languages where a user meets them:
 * `error.message` is the English one, for logs, programs and tests, and `messageOf` gives either. Rooms that speak to
 * developers (files, ggml, graph, model, text, infer) and serve's answers in OpenAI's form say theirs in English.
 */
import type { Bilingual, Language } from './bilingual.ts';

/** Every error that a user can meet. The code is stable and names the class of problem, never its place. */
export class TunesmithError extends Error {
  readonly code: string;
  /** The message in Chinese; the English one where there is no other. */
  readonly zh: string;

  constructor(code: string, message: string | Bilingual, cause?: unknown) {
    const { en, zh } = typeof message === 'string' ? { en: message, zh: message } : message;
    super(en, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.zh = zh;
  }
}

/** A setting, a run file or a command line that cannot be carried out. */
export class ConfigError extends TunesmithError {
  constructor(message: string | Bilingual, cause?: unknown) {
    super('config', message, cause);
  }
}

/** A data set, or a row of one, that cannot be read as asked. */
export class DataError extends TunesmithError {
  constructor(message: string | Bilingual, cause?: unknown) {
    super('data', message, cause);
  }
}

/** A model, tokenizer or adapter file that is missing, broken or of a kind not supported. */
export class ModelError extends TunesmithError {
  constructor(message: string | Bilingual, cause?: unknown) {
    super('model', message, cause);
  }
}

/** A name that no hub could turn into files. */
export class HubError extends TunesmithError {
  constructor(message: string | Bilingual, cause?: unknown) {
    super('hub', message, cause);
  }
}

/** Reading or writing failed on the side of the file system: missing, forbidden, full. */
export class StorageError extends TunesmithError {
  constructor(message: string | Bilingual, cause?: unknown) {
    super('storage', message, cause);
  }
}

/** The work needs more memory than the machine or device has. */
export class MemoryError extends TunesmithError {
  constructor(message: string | Bilingual, cause?: unknown) {
    super('memory', message, cause);
  }
}

/** A device or native library that cannot be used on this machine. */
export class DeviceError extends TunesmithError {
  constructor(message: string | Bilingual, cause?: unknown) {
    super('device', message, cause);
  }
}

/** Tensors whose shapes or dtypes do not fit each other: a mistake in a graph or a model file. */
export class ShapeError extends TunesmithError {
  constructor(message: string | Bilingual, cause?: unknown) {
    super('shape', message, cause);
  }
}

/** A run that cannot be started, found, resumed or stopped. */
export class RunError extends TunesmithError {
  constructor(message: string | Bilingual, cause?: unknown) {
    super('run', message, cause);
  }
}

/** Fails when an invariant of our own does not hold; the message starts `internal:`. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal: ${message}`);
}

/** The message of whatever was thrown, without a stack. */
export function messageOf(error: unknown, language: Language = 'en'): string {
  if (!(error instanceof Error)) return String(error);
  if (language === 'en') return error.message;
  if (error instanceof TunesmithError) return error.zh;
  const { code } = error as { code?: string };
  const known = code === undefined ? undefined : SYSTEM_ERRORS[code];
  return known === undefined ? error.message : `${known}（${code}）`;
}

/** The same in both languages. */
export function textOf(error: unknown): Bilingual {
  return { en: messageOf(error), zh: messageOf(error, 'zh') };
}

/** What the system says most often, by its code. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: '没有这个文件或文件夹',
  EACCES: '没有权限',
  EPERM: '不允许此操作',
  ENOSPC: '磁盘空间不足',
  EROFS: '文件系统只读',
  EISDIR: '这是文件夹，不是文件',
  ENOTDIR: '路径中有一段不是文件夹',
  EEXIST: '已存在',
  EMFILE: '打开的文件过多',
  ENAMETOOLONG: '名称过长',
  EADDRINUSE: '端口已被占用',
  ECONNREFUSED: '连接被拒绝',
  ECONNRESET: '连接被重置',
  ENOTFOUND: '找不到该主机',
  EAI_AGAIN: '暂时无法解析主机名',
  ETIMEDOUT: '连接超时',
};
