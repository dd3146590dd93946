/**
 * The answer standing in the prompt, where it will not stand in earnest: as when a model wrote a reasoning system prompt
 * for each row and was shown the label. That a label is named is no harm by itself (a prompt may list them all, a
 * headline may say "sports"): it counts how much more often a row's own label is named than the others are.
 */
import type { Check, CheckedRow, ConcernedRow, Finding } from './diagnosis.ts';
import { AnswerCounts } from './labels.ts';

/** Rows in which all labels are looked for. */
const SAMPLE = 2000;
/** Free answers shorter than this stand in a prompt by chance. */
const FEWEST_CHARACTERS = 16;
/** Own label's share of rows beyond the others': from where on it is said, and from where on it is an error. */
const LIMITS = {
  system: { warning: 0.02, error: 0.2 },
  asked: { warning: 0.3, error: 0.8 },
} as const;
type Part = keyof typeof LIMITS;
const PARTS = ['system', 'asked'] as const;

interface Found {
  readonly places: number[];
  readonly long: number[];
}

export class AnswerInPromptCheck implements Check {
  readonly #counts = new AnswerCounts();
  readonly #found: Readonly<Record<Part, Found>> = {
    system: { places: [], long: [] },
    asked: { places: [], long: [] },
  };
  readonly #sample: CheckedRow[] = [];
  readonly #answers = new Map<number, string>();
  #rows = 0;

  see(row: CheckedRow): void {
    const { place, answer } = row;
    this.#rows++;
    this.#counts.add(answer);
    if (this.#sample.length < SAMPLE) this.#sample.push(row);
    if (answer === '') return;
    for (const part of PARTS) {
      if (!row[part].includes(answer)) continue;
      this.#found[part].places.push(place);
      if (answer.length >= FEWEST_CHARACTERS) this.#found[part].long.push(place);
      if (part === 'system') this.#answers.set(place, answer);
    }
  }

  finish(): Finding[] {
    const labels = [...this.#counts.labels().keys()];
    return PARTS.flatMap((part) => this.#judge(part, labels));
  }

  #judge(part: Part, labels: readonly string[]): Finding[] {
    const { places, long } = this.#found[part];
    const areLabels = labels.length > 0;
    const concerned = areLabels ? places : long;
    const own = concerned.length / this.#rows;
    const others = areLabels ? this.#shareOfOthers(part, labels) : 0;
    const excess = own - others;
    const { warning, error } = LIMITS[part];
    if (concerned.length === 0 || excess < warning) return [];
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    const where =
      part === 'system' ? { en: 'system prompt', zh: '系统提示词' } : { en: 'question', zh: '问题' };
    const what = {
      en:
        `the ${where.en} of ${concerned.length} rows (${percent(own)}) names the row's own answer` +
        (areLabels ? `, another label only in ${percent(others)}` : ''),
      zh:
        `${concerned.length} 行（${percent(own)}）的${where.zh}中出现了该行自己的答案` +
        (areLabels ? `，而其他标签仅占 ${percent(others)}` : ''),
    };
    const rows = concerned.map((place): ConcernedRow => {
      const note = { en: `the answer stands in the ${where.en}`, zh: `答案出现在${where.zh}中` };
      if (part === 'asked') return { place, note };
      const answer = this.#answers.get(place)!;
      return { place, note, repair: { kind: 'system', edit: (text) => withoutSentencesOf(text, answer) } };
    });
    return [{ check: 'answer_in_prompt', severity: excess >= error ? 'error' : 'warning', what, rows }];
  }

  /** In how many of the sampled rows another label is named, on average over the labels. */
  #shareOfOthers(part: Part, labels: readonly string[]): number {
    let named = 0;
    for (const row of this.#sample) {
      for (const label of labels) if (label !== row.answer && row[part].includes(label)) named++;
    }
    return named / (this.#sample.length * (labels.length - 1));
  }
}

/** A text without the sentences in which the words stand. */
function withoutSentencesOf(text: string, words: string): string {
  const sentences = text.match(/[^。！？!?.\n]+[。！？!?.\n]*|[。！？!?.\n]+/gu) ?? [text];
  const kept = sentences.filter((sentence) => !sentence.includes(words)).join('');
  return (kept.includes(words) ? kept.replaceAll(words, '') : kept).trim();
}
