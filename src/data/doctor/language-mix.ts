/** A few questions in another script than the rest. */
import { both, type Check, type CheckedRow, type ConcernedRow, type Finding } from './diagnosis.ts';

const SCRIPTS = {
  Han: /\p{Script=Han}/gu,
  Kana: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu,
  Hangul: /\p{Script=Hangul}/gu,
  Latin: /\p{Script=Latin}/gu,
  Cyrillic: /\p{Script=Cyrillic}/gu,
  Arabic: /\p{Script=Arabic}/gu,
  Devanagari: /\p{Script=Devanagari}/gu,
  Thai: /\p{Script=Thai}/gu,
} as const;
type Script = keyof typeof SCRIPTS;

/** A character of these weighs as much as about this many letters. */
const WEIGHT: Readonly<Partial<Record<Script, number>>> = { Han: 3, Kana: 2, Hangul: 2 };
/** A script of fewer rows than this share is odd. */
const FEW = 0.1;
const ASCII = /^[\0-\x7f]*$/;

export class LanguageMixCheck implements Check {
  readonly #places = new Map<Script, number[]>();

  see({ place, asked }: CheckedRow): void {
    const script = scriptOf(asked);
    if (!script) return;
    const places = this.#places.get(script);
    if (places) places.push(place);
    else this.#places.set(script, [place]);
  }

  finish(): Finding[] {
    const total = [...this.#places.values()].reduce((sum, places) => sum + places.length, 0);
    const few = [...this.#places].filter(([, places]) => places.length < total * FEW);
    if (few.length === 0) return [];
    const shares = [...this.#places]
      .sort((a, b) => b[1].length - a[1].length)
      .map(([script, places]) => `${script} ${places.length}`);
    const rows = few.flatMap(([script, places]) =>
      places.map((place): ConcernedRow => ({ place, note: both(script) })),
    );
    const what = {
      en: `rows by the script of their question: ${shares.join(', ')}`,
      zh: `各行问题所用文字：${shares.join('，')}`,
    };
    return [{ check: 'language_mix', severity: 'note', what, rows: rows.sort((a, b) => a.place - b.place) }];
  }
}

/** The script that most of a text is written in; kana anywhere makes it Japanese. */
function scriptOf(text: string): Script | undefined {
  if (ASCII.test(text)) return /[a-z]/i.test(text) ? 'Latin' : undefined;
  let best: Script | undefined;
  let most = 0;
  for (const [name, pattern] of Object.entries(SCRIPTS) as [Script, RegExp][]) {
    const count = (text.match(pattern)?.length ?? 0) * (WEIGHT[name] ?? 1);
    if (name === 'Kana' && count > 0) return 'Kana';
    if (count > most) [best, most] = [name, count];
  }
  return best;
}
