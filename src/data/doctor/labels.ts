/** Whether the answers of a data set are labels, and what is odd about them: spellings, rare classes. */
import { both, type Check, type CheckedRow, type ConcernedRow, type Finding } from './diagnosis.ts';

/** More different answers than this are no labels. */
const MOST_LABELS = 200;
/** Rows a label has on average, at least. */
const FEWEST_ROWS = 3;
/** A class with this many rows or fewer is hardly learnt, or measured. */
const RARE = 10;
/** Times that the largest class may be as large as the smallest. */
const UNEVEN = 10;
/** A spelling this many times as frequent as one a letter away is what was meant. */
const TYPO_RATIO = 20;
const FEWEST_LETTERS_FOR_TYPO = 5;

/** Counts answers until there are too many to be labels. */
export class AnswerCounts {
  readonly #counts = new Map<string, number>();
  #rows = 0;
  #isOver = false;

  add(answer: string): void {
    this.#rows++;
    if (this.#isOver) return;
    this.#counts.set(answer, (this.#counts.get(answer) ?? 0) + 1);
    // Spellings may double what there is.
    if (this.#counts.size > MOST_LABELS * 2) {
      this.#isOver = true;
      this.#counts.clear();
    }
  }

  /** The labels and their numbers of rows; none where answers are free text. */
  labels(): ReadonlyMap<string, number> {
    const { size } = this.#counts;
    const areLabels = size > 1 && size <= MOST_LABELS && size * FEWEST_ROWS <= this.#rows;
    return areLabels ? this.#counts : new Map();
  }
}

export class LabelCheck implements Check {
  readonly #counts = new AnswerCounts();
  /** The places of rare answers, which alone can be variants or rare classes. */
  readonly #places = new Map<string, number[]>();

  see({ place, answer }: CheckedRow): void {
    this.#counts.add(answer);
    if (this.#places.size > MOST_LABELS * 2) return;
    const places = this.#places.get(answer);
    if (places) places.push(place);
    else this.#places.set(answer, [place]);
  }

  finish(): Finding[] {
    const labels = this.#counts.labels();
    const meant = spellings(labels);
    const variants = [...meant].flatMap(([label, right]) =>
      this.#places.get(label)!.map(
        (place): ConcernedRow => ({
          place,
          note: both(`${JSON.stringify(label)} → ${JSON.stringify(right)}`),
          repair: { kind: 'answer', text: right },
        }),
      ),
    );
    const findings: Finding[] = [];
    if (variants.length > 0) {
      const named = [...meant].map(([label, right]) => `${JSON.stringify(label)} → ${JSON.stringify(right)}`);
      const what = {
        en: `${meant.size} labels are other spellings: ${named.join(', ')}`,
        zh: `${meant.size} 个标签是其他标签的不同写法：${named.join('，')}`,
      };
      const rows = variants.sort((a, b) => a.place - b.place);
      findings.push({ check: 'label_variant', severity: 'error', what, rows });
    }
    return [...findings, ...this.#imbalance(labels, meant)];
  }

  #imbalance(labels: ReadonlyMap<string, number>, meant: ReadonlyMap<string, string>): Finding[] {
    const counts = new Map<string, number>();
    for (const [label, count] of labels) {
      const right = meant.get(label) ?? label;
      counts.set(right, (counts.get(right) ?? 0) + count);
    }
    const largest = Math.max(0, ...counts.values());
    const rare = [...counts].filter(([, count]) => count <= RARE || count * UNEVEN <= largest);
    if (rare.length === 0) return [];
    const named = rare.map(([label, count]) => `${JSON.stringify(label)} ${count}`);
    const rows = rare.flatMap(([label, count]) =>
      (this.#places.get(label) ?? []).map((place) => ({
        place,
        note: { en: `a class of ${count} rows`, zh: `该类别仅 ${count} 行` },
      })),
    );
    const what = {
      en: `${rare.length} of ${counts.size} classes are rare, the largest has ${largest} rows: ${named.join(', ')}`,
      zh: `${counts.size} 个类别中有 ${rare.length} 个偏少，最大的类别有 ${largest} 行：${named.join('，')}`,
    };
    return [{ check: 'imbalance', severity: 'warning', what, rows: rows.sort((a, b) => a.place - b.place) }];
  }
}

/** Labels that are another one's spelling, each with the one that was meant. */
function spellings(labels: ReadonlyMap<string, number>): Map<string, string> {
  const byFrequency = [...labels].sort((a, b) => b[1] - a[1]);
  const meant = new Map<string, string>();
  for (const [at, [label, count]] of byFrequency.entries()) {
    const right = byFrequency
      .slice(0, at)
      .find(
        ([other, often]) =>
          !meant.has(other) &&
          (bareLabel(other) === bareLabel(label) ||
            (often >= count * TYPO_RATIO &&
              bareLabel(label).length >= FEWEST_LETTERS_FOR_TYPO &&
              isOneEditAway(bareLabel(label), bareLabel(other)))),
      );
    if (right) meant.set(label, right[0]);
  }
  return meant;
}

/** Without case, width, spaces and punctuation. */
function bareLabel(label: string): string {
  const bare = label
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{P}]+/gu, '');
  return bare === '' ? label : bare;
}

/** One letter put in, left out or changed; numbers are told apart by a digit, so they never are. */
function isOneEditAway(a: string, b: string): boolean {
  if (/\d/.test(a + b) || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return Math.max(a.length, b.length) - start - end === 1;
}
