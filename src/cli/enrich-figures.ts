/** Figures of `data enrich` in a file, while it runs and at its end, for whoever watches from another process. */
import { type Bilingual, writeJsonAtomic } from '../core/index.ts';
import type { RowFinding } from '../data/index.ts';
import type { EnrichedDataset, TeacherUsage } from '../enrich/index.ts';

/** More rows that were left out than this are counted only. */
const MOST_FINDINGS = 200;
const INTERVAL_MS = 500;

interface Written extends TeacherUsage {
  /** In the currency of the prices. */
  readonly cost: number;
  /** Once it is there. */
  readonly made?: {
    readonly name: string;
    readonly file: string;
    readonly rows: number;
    readonly agreement?: number;
    readonly findings: readonly RowFinding[];
    readonly findingCount: number;
    readonly givesAway: readonly { readonly what: Bilingual; readonly why: Bilingual }[];
  };
}

export class EnrichFigures implements Disposable {
  readonly #path: string | undefined;
  readonly #costOf: (usage: TeacherUsage) => number;
  #usage: TeacherUsage = { asked: 0, kept: 0, promptTokens: 0, completionTokens: 0 };
  #made: Written['made'];
  #lastWritten = Number.NEGATIVE_INFINITY;

  /** @param path nothing is written without one */
  constructor(path: string | undefined, costOf: (usage: TeacherUsage) => number) {
    this.#path = path;
    this.#costOf = costOf;
  }

  report(usage: TeacherUsage): void {
    this.#usage = usage;
    if (performance.now() - this.#lastWritten >= INTERVAL_MS) this.#write();
  }

  finish(
    { name, file, rows, agreement, findings }: EnrichedDataset,
    givesAway: NonNullable<Written['made']>['givesAway'],
  ): void {
    this.#made = {
      ...{ name, file, rows, givesAway, findingCount: findings.length },
      findings: findings.slice(0, MOST_FINDINGS),
      ...(agreement !== undefined && { agreement }),
    };
  }

  /** What was asked last stands there also when it ends early. */
  [Symbol.dispose](): void {
    this.#write();
  }

  #write(): void {
    if (this.#path === undefined) return;
    this.#lastWritten = performance.now();
    const written: Written = {
      ...this.#usage,
      cost: this.#costOf(this.#usage),
      ...(this.#made && { made: this.#made }),
    };
    writeJsonAtomic(this.#path, written);
  }
}
