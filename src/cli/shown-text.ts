/** Text of data and models in a terminal: without the signs that it would obey, and not without end. */

/** Nothing in a text moves the cursor, changes colours or reverses its direction; line breaks and tabs stay. */
export function harmless(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** At most so many characters, with an ellipsis where some are left out. */
export function shortened(text: string, most: number): string {
  const characters = [...text.slice(0, 2 * most + 2)];
  return characters.length > most || text.length > 2 * most + 2
    ? `${characters.slice(0, most - 1).join('')}…`
    : text;
}

/** Further lines stand below the first one's text. */
export function indented(text: string, columns: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(columns)}`);
}
