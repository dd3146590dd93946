/** Questions that are nearly the same: within the rows, and between them and held-out rows, where they leak. */
import { plainText } from '../plain-text.ts';
import type { Check, CheckedRow, ConcernedRow, Finding } from './diagnosis.ts';
import { SimilarTexts } from './similar-texts.ts';
import { hashText } from './text-hash.ts';

/** How many rows show whether all ask the same, so that the question stands in the system prompt. */
const FIRST_ROWS = 1000;
/** More leaking rows than this share of the held-out ones make its figures worthless. */
const MANY = 0.01;

export class SimilarRowsCheck implements Check {
  readonly #texts = new SimilarTexts();
  readonly #questions: number[] = [];
  #waiting: CheckedRow[] | undefined = [];
  #includesSystem = false;
  #heldOut = 0;

  /** All held-out rows come before the first row that is checked. */
  seeHeldOut(row: CheckedRow): void {
    this.#heldOut++;
    this.#take(row);
  }

  see(row: CheckedRow): void {
    this.#take(row);
  }

  finish(): Finding[] {
    this.#begin();
    const near: ConcernedRow[] = [];
    const leaking: ConcernedRow[] = [];
    const heldOut = this.#heldOut;
    for (const group of this.#texts.groups()) {
      const [leader] = group;
      const seen = new Set<number>();
      for (const index of group) {
        const question = this.#questions[index]!;
        const isKnown = seen.has(question);
        seen.add(question);
        if (index < heldOut) continue;
        const place = index - heldOut;
        if (leader! < heldOut) {
          leaking.push({
            place,
            note: { en: `like held-out row ${leader! + 1}`, zh: `与留出集第 ${leader! + 1} 行相似` },
            repair: { kind: 'drop' },
          });
        } else if (index !== leader && !isKnown) {
          near.push({
            place,
            note: {
              en: `like usable row ${leader! - heldOut + 1}`,
              zh: `与第 ${leader! - heldOut + 1} 条可用行相似`,
            },
            repair: { kind: 'drop' },
          });
        }
      }
    }
    const inOrder = (rows: ConcernedRow[]) => rows.sort((a, b) => a.place - b.place);
    const findings: Finding[] = [];
    if (near.length > 0) {
      const what = {
        en: `${near.length} rows ask nearly what another row asks`,
        zh: `${near.length} 行与其他行的问题几乎相同`,
      };
      findings.push({ check: 'near_duplicate', severity: 'note', what, rows: inOrder(near) });
    }
    if (leaking.length > 0) {
      const what = {
        en: `${leaking.length} rows ask what one of ${heldOut} held-out rows asks`,
        zh: `${leaking.length} 行与 ${heldOut} 条留出行中的问题相同或几乎相同`,
      };
      const severity = leaking.length > heldOut * MANY ? 'error' : 'warning';
      findings.push({ check: 'leakage', severity, what, rows: inOrder(leaking) });
    }
    return findings;
  }

  #take(row: CheckedRow): void {
    if (!this.#waiting) {
      this.#add(row);
      return;
    }
    this.#waiting.push(row);
    if (this.#waiting.length === FIRST_ROWS) this.#begin();
  }

  #begin(): void {
    const first = this.#waiting;
    if (!first) return;
    this.#waiting = undefined;
    this.#includesSystem = first.every(({ asked }) => asked === first[0]!.asked);
    for (const row of first) this.#add(row);
  }

  #add({ system, asked }: CheckedRow): void {
    const text = plainText(this.#includesSystem ? `${system} ${asked}` : asked);
    this.#questions.push(hashText(text));
    this.#texts.add(text);
  }
}
