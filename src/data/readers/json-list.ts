/**
 * The values of a JSON list as texts, one after the other, so that a list may be larger than memory and than one
 * string. Looks at brackets, quotes and commas only; whether a value is sound is for its parser to say.
 */

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * @param pieces of the file, each of which may be overwritten by the next
 * @yields the text of each value; once undefined, and nothing after it, where the file is no such list: it does not
 * begin or end as one, or is not UTF-8
 */
export function* splitJsonList(pieces: Iterable<Buffer>): Generator<string | undefined> {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let isClosed = false;
  let count = 0;
  /** What of the present value lies in earlier pieces. */
  let begun: Buffer[] = [];
  for (const piece of pieces) {
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at]!;
      if (isEscaped) isEscaped = false;
      else if (inString) {
        if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        if (depth++ > 0) continue;
        const isFirst = !isClosed && textOf([...begun, piece.subarray(start, at)])?.trim() === '';
        if (!isFirst || byte !== OPEN_LIST) return yield undefined;
        [begun, start] = [[], at + 1];
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT || byte === COMMA) {
        const isEnd = byte !== COMMA && --depth === 0;
        if (depth < 0 || (isEnd && byte !== CLOSE_LIST)) return yield undefined;
        if (!isEnd && !(byte === COMMA && depth === 1)) continue;
        const text = textOf([...begun, piece.subarray(start, at)]);
        const isBlank = text?.trim() === '';
        // `[]` holds nothing; a comma with nothing before or after it is a mistake.
        if (text === undefined || (isBlank && !(isEnd && count === 0))) return yield undefined;
        if (!isBlank) yield text;
        count++;
        isClosed = isEnd;
        [begun, start] = [[], at + 1];
      }
    }
    // Copied: the next piece takes its place.
    begun.push(Buffer.from(piece.subarray(start)));
  }
  if (!isClosed || textOf(begun)?.trim() !== '') yield undefined;
}

function textOf(bytes: readonly Buffer[]): string | undefined {
  try {
    return UTF8.decode(bytes.length === 1 ? bytes[0] : Buffer.concat(bytes));
  } catch {
    return undefined;
  }
}
