/**
 * Text in columns of a terminal, where Chinese, Japanese, Korean and emoji take two cells. The ranges are those of
 * Unicode's East Asian Width, classes W and F, merged to whole blocks.
 * @see https://www.unicode.org/reports/tr11/
 */

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const NO_CELL = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Cells that a text takes. */
export function displayWidth(text: string): number {
  let cells = 0;
  for (const character of text) cells += widthOf(character);
  return cells;
}

/** Filled with spaces up to a width, at its end or, for numbers, at its start. */
export function padTo(text: string, cells: number, side: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, cells - displayWidth(text)));
  return side === 'left' ? text + space : space + text;
}

/** Cut with an ellipsis where it takes more cells. */
export function cutTo(text: string, cells: number): string {
  if (displayWidth(text) <= cells) return text;
  let cut = '';
  let width = 1;
  for (const character of text) {
    width += widthOf(character);
    if (width > cells) break;
    cut += character;
  }
  return `${cut}…`;
}

/** One line without control characters, which a terminal would obey. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/(?!\u200d)\p{Cf}/gu, '')
    .trim();
}

function widthOf(character: string): number {
  if (NO_CELL.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
