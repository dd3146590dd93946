/**
 * Thoughts in what a model wrote: `<think>…</think>` before the answer.
 * For texts to show or compare; how a template trains and strips thoughts is exact and lies in `template.ts`.
 */

const OPEN = '<think>';
const CLOSE = '</think>';

export interface SplitText {
  readonly thoughts: string;
  readonly answer: string;
}

/**
 * Takes thoughts and answer apart. A text that only closes thoughts was opened by its prompt; one that only opens
 * them was cut off while thinking and has no answer yet.
 */
export function splitThoughts(text: string): SplitText {
  const thoughts: string[] = [];
  let rest = text;
  const firstClose = rest.indexOf(CLOSE);
  const firstOpen = rest.indexOf(OPEN);
  if (firstClose >= 0 && (firstOpen < 0 || firstOpen > firstClose)) rest = OPEN + rest;
  let answer = '';
  while (true) {
    const open = rest.indexOf(OPEN);
    if (open < 0) break;
    answer += rest.slice(0, open);
    const close = rest.indexOf(CLOSE, open);
    thoughts.push(rest.slice(open + OPEN.length, close < 0 ? undefined : close).trim());
    rest = close < 0 ? '' : rest.slice(close + CLOSE.length).replace(/^\s+/, '');
  }
  return { thoughts: thoughts.filter((thought) => thought !== '').join('\n'), answer: answer + rest };
}

/** The answer without its thoughts; a text without marks is returned as it is. */
export function stripThoughts(text: string): string {
  return splitThoughts(text).answer;
}
