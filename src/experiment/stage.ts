/**
 * The stages of an experiment and where their results lie. A stage's key is the hash of all that it depends on; its
 * folder bears the key, so that a result holds exactly as long as its inputs do. Plain data, but for the folder's mark.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeJsonAtomic } from '../core/index.ts';

export type StageKind = 'train' | 'judge' | 'load' | 'compare';

export interface Stage {
  /** `train/tuned`; `compare` has no subject. */
  readonly id: string;
  readonly kind: StageKind;
  /** A variant or a candidate. */
  readonly subject: string;
  /** SHA-256 of its inputs, in hex. */
  readonly key: string;
  /** Absolute. */
  readonly folder: string;
}

/** What a finished stage leaves in its folder, last of all. */
export interface StageMark {
  readonly key: string;
  readonly seconds: number;
  /** ISO 8601, in UTC. */
  readonly finished: string;
}

const MARK = 'stage.json';
const STAGES = 'stages';
/** As many digits of a key as tell folders apart; the mark holds it whole. */
const KEY_DIGITS = 12;

export function stageOf(kind: StageKind, subject: string, key: string, outputDir: string): Stage {
  const id = subject === '' ? kind : `${kind}/${subject}`;
  const name = [kind, subject, key.slice(0, KEY_DIGITS)].filter((part) => part !== '').join('-');
  return { id, kind, subject, key, folder: join(outputDir, STAGES, name) };
}

/** The mark of a stage that is finished with these inputs. */
export function readMark({ folder, key }: Pick<Stage, 'folder' | 'key'>): StageMark | undefined {
  const path = join(folder, MARK);
  if (!existsSync(path)) return undefined;
  const mark = JSON.parse(readFileSync(path, 'utf8')) as StageMark;
  return mark.key === key ? mark : undefined;
}

export function writeMark(folder: string, mark: StageMark): void {
  writeJsonAtomic(join(folder, MARK), mark);
}

/** Removes what stages left that were killed while they wrote; only when nobody writes. */
export function removeLeftovers(outputDir: string): void {
  const stages = join(outputDir, STAGES);
  for (const folder of [outputDir, stages]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (/^\..*\.part$/.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}
