/** Remembers where raw settings were read from, so that a problem can name its file and line. */
import type { Bilingual } from '../core/portable.ts';

interface Origin {
  /** A file name, or `command line`. */
  readonly source: string | Bilingual;
  /** 1-based line of each key, where the source has lines. */
  readonly lines?: ReadonlyMap<string, number>;
}

const ORIGINS = new WeakMap<object, Origin>();
const UNKNOWN: Bilingual = { en: 'settings', zh: '设置' };

export function rememberOrigin<T extends object>(raw: T, origin: Origin): T {
  ORIGINS.set(raw, origin);
  return raw;
}

/** `run.yaml line 4`, `command line`, or `settings` when nothing was remembered. */
export function placeOf(raw: object, key: string): Bilingual {
  const origin = ORIGINS.get(raw);
  return placeIn(origin?.source ?? UNKNOWN, origin?.lines?.get(key));
}

/** A file and, where it is known, the line of it. */
export function placeIn(source: string | Bilingual, line?: number): Bilingual {
  const { en, zh } = typeof source === 'string' ? { en: source, zh: source } : source;
  return line === undefined ? { en, zh } : { en: `${en} line ${line}`, zh: `${zh} 第 ${line} 行` };
}
