/** Remembers where raw settings were read from, so that a problem can name its file and line. */

interface Origin {
  /** A file name, or `command line`. */
  readonly source: string;
  /** 1-based line of each key, where the source has lines. */
  readonly lines?: ReadonlyMap<string, number>;
}

const ORIGINS = new WeakMap<object, Origin>();

export function rememberOrigin<T extends object>(raw: T, origin: Origin): T {
  ORIGINS.set(raw, origin);
  return raw;
}

/** `run.yaml line 4`, `command line`, or `settings` when nothing was remembered. */
export function placeOf(raw: object, key: string): string {
  const origin = ORIGINS.get(raw);
  const line = origin?.lines?.get(key);
  return `${origin?.source ?? 'settings'}${line === undefined ? '' : ` line ${line}`}`;
}
