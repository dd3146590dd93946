/**
 * From what a model wrote to the label it means. Strict on purpose: an answer is a label when it is that label and
 * nothing else, once thoughts and outer white space are gone. Case and full-width forms count unless told otherwise,
 * and an answer that says more than a label, be it a full stop, is no label.
 */
import { stripThoughts } from '../text/index.ts';

export interface AnswerRules {
  /** `Billing` is taken for `billing`. */
  readonly ignoreCase?: boolean;
  /** `Ａ１` is taken for `A1`, and the ideographic space for a space. */
  readonly ignoreWidth?: boolean;
}

/** The answer as it is compared. */
export function normalizeAnswer(text: string, { ignoreCase, ignoreWidth }: AnswerRules = {}): string {
  let answer = stripThoughts(text);
  if (ignoreWidth) {
    answer = answer
      .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
      .replaceAll('\u3000', ' ');
  }
  if (ignoreCase) answer = answer.toLowerCase();
  return answer.trim();
}

/** The label, spelt as in the list, that an answer means; undefined where it means none. */
export function labelOf(
  answer: string,
  labels: readonly string[],
  rules: AnswerRules = {},
): string | undefined {
  const normalized = normalizeAnswer(answer, rules);
  return labels.find((label) => normalizeAnswer(label, rules) === normalized);
}
