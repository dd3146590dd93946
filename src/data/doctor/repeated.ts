/** Rows that stand there twice, and questions that have two answers. */
import { plainText } from '../plain-text.ts';
import type { Check, CheckedRow, ConcernedRow, Finding } from './diagnosis.ts';
import { AnswerCounts } from './labels.ts';
import { hashText } from './text-hash.ts';

/** Finds rows whose system prompt, question and answer all stand in an earlier row. */
export class DuplicateCheck implements Check {
  readonly #firstPlace = new Map<number, number>();
  readonly #repeats: { place: number; first: number }[] = [];

  see({ place, system, asked, answer }: CheckedRow): void {
    const key = hashText(plainText(`${system}\0${asked}\0${answer}`));
    const first = this.#firstPlace.get(key);
    if (first === undefined) this.#firstPlace.set(key, place);
    else this.#repeats.push({ place, first });
  }

  finish(): Finding[] {
    const count = this.#repeats.length;
    if (count === 0) return [];
    const rows = this.#repeats.map(
      ({ place, first }): ConcernedRow => ({
        place,
        note: { en: `repeats usable row ${first + 1}`, zh: `与第 ${first + 1} 条可用行重复` },
        repair: { kind: 'drop' },
      }),
    );
    const what = { en: `${count} rows repeat an earlier one`, zh: `${count} 行与之前的行重复` };
    return [{ check: 'duplicate', severity: 'warning', what, rows }];
  }
}

/** A row of a question: chained by number, so that a million questions with one row each cost little. */
export class ConflictCheck implements Check {
  /** Question to its last row; each row knows the one before. Once with the system prompt, once without. */
  readonly #last = { alone: new Map<number, number>(), whole: new Map<number, number>() };
  readonly #before = { alone: [] as number[], whole: [] as number[] };
  readonly #answers: number[] = [];
  readonly #answerTexts = new Map<string, number>();
  readonly #counts = new AnswerCounts();

  see({ place, system, asked, answer }: CheckedRow): void {
    const question = plainText(asked);
    this.#chain('alone', hashText(question), place);
    this.#chain('whole', hashText(`${plainText(system)}\0${question}`), place);
    const text = plainText(answer);
    if (!this.#answerTexts.has(text)) this.#answerTexts.set(text, this.#answerTexts.size);
    this.#answers[place] = this.#answerTexts.get(text)!;
    this.#counts.add(answer);
  }

  finish(): Finding[] {
    // Where all rows ask the same, what they ask about stands in the system prompt.
    const kind = this.#last.alone.size === 1 ? 'whole' : 'alone';
    const texts = [...this.#answerTexts.keys()];
    // Free text may well answer a question in two ways; a label may not.
    const areLabels = this.#counts.labels().size > 0;
    const rows: ConcernedRow[] = [];
    let questions = 0;
    for (const last of this.#last[kind].values()) {
      const places: number[] = [];
      for (let at = last; at >= 0; at = this.#before[kind][at]!) places.push(at);
      const counts = new Map<number, number>();
      for (const place of places) {
        const answer = this.#answers[place]!;
        counts.set(answer, (counts.get(answer) ?? 0) + 1);
      }
      if (counts.size < 2) continue;
      questions++;
      const [first, second] = [...counts].sort((a, b) => b[1] - a[1]);
      const majority = first![1] > second![1] ? first![0] : undefined;
      const named = [...counts.keys()]
        .map((answer) => JSON.stringify(texts[answer]!.slice(0, 40)))
        .join(' / ');
      for (const place of places.reverse()) {
        const isKept = this.#answers[place] === majority;
        rows.push({
          place,
          note: {
            en: `one question, ${counts.size} answers: ${named}`,
            zh: `同一问题有 ${counts.size} 个答案：${named}`,
          },
          ...(areLabels && !isKept && { repair: { kind: 'drop' } }),
        });
      }
    }
    if (questions === 0) return [];
    const what = {
      en: `${questions} ${questions === 1 ? 'question has' : 'questions have'} more than one answer (${rows.length} rows)`,
      zh: `${questions} 个问题有不止一个答案（共 ${rows.length} 行）`,
    };
    rows.sort((a, b) => a.place - b.place);
    return [{ check: 'conflict', severity: areLabels ? 'error' : 'note', what, rows }];
  }

  #chain(kind: 'alone' | 'whole', key: number, place: number): void {
    this.#before[kind][place] = this.#last[kind].get(key) ?? -1;
    this.#last[kind].set(key, place);
  }
}
