/**
 * Text of rows and fields (RFC 4180) as records, each with the line on which it begins; and which delimiter a text
 * uses. A quote that does not enclose a whole field is part of its text, and a tab always ends a field where tabs are
 * the delimiter, so that stray quotes do not swallow the rows after them.
 * Written here because line numbers have to be right after quoted line breaks, and a million rows take a second.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */

export interface DelimitedRecord {
  /** 1-based. */
  readonly line: number;
  readonly fields: string[];
}

export interface Dialect {
  /** One character; empty for a single column. */
  readonly delimiter: string;
  /** Whether a field may stand in double quotes. */
  readonly isQuoted: boolean;
}

const QUOTE = 0x22;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** In the order in which they win where several fit alike: a tab is the rarest of them within text. */
const DELIMITERS = ['\t', ',', ';', '|'];
const SAMPLE_CHARACTERS = 1 << 16;
const SAMPLE_RECORDS = 500;

/** All records but blank lines, one after the other; a record may lie in several pieces of the text. */
export function* parseDelimited(pieces: Iterable<string>, dialect: Dialect): Generator<DelimitedRecord> {
  let line = 1;
  let rest = '';
  let awaited = 0;
  for (const piece of pieces) {
    rest += piece;
    // A record that goes on and on is not looked at again before there is twice as much of it.
    if (rest.length < awaited) continue;
    let at = 0;
    for (;;) {
      const record = readRecord(rest, at, dialect);
      // Until more is known, a record that reaches the end, or a quote that does not close, may go on.
      if (!record || record.isOpen || record.end >= rest.length) break;
      if (!isBlank(record)) yield { line, fields: record.fields };
      line += record.lines;
      at = record.end;
    }
    rest = rest.slice(at);
    awaited = 2 * rest.length;
  }
  for (let at = 0; at < rest.length; ) {
    const record = readRecord(rest, at, dialect)!;
    if (!isBlank(record)) yield { line, fields: record.fields };
    line += record.lines;
    at = record.end;
  }
}

interface FoundRecord {
  readonly fields: string[];
  /** Where the next one begins. */
  readonly end: number;
  readonly lines: number;
  /** Whether a quote that nothing closes was taken as text. */
  readonly isOpen: boolean;
}

function isBlank({ fields }: FoundRecord): boolean {
  return fields.length === 1 && fields[0] === '';
}

/** @returns undefined at the end of the text */
function readRecord(text: string, from: number, { delimiter, isQuoted }: Dialect): FoundRecord | undefined {
  if (from >= text.length) return undefined;
  const separator = delimiter === '' ? -1 : delimiter.charCodeAt(0);
  const fields: string[] = [];
  let at = from;
  let lines = 1;
  let isOpen = false;
  for (;;) {
    const quoted = isQuoted && text.charCodeAt(at) === QUOTE ? quotedField(text, at, separator) : undefined;
    if (typeof quoted === 'object') {
      fields.push(quoted.value);
      lines += countLineBreaks(quoted.value);
      at = quoted.end;
    } else {
      if (quoted === 'open') isOpen = true;
      const end = endOfField(text, at, separator);
      fields.push(text.slice(at, end));
      at = end;
    }
    if (at >= text.length || text.charCodeAt(at) !== separator) break;
    at++;
  }
  at += text.charCodeAt(at) === CARRIAGE_RETURN && text.charCodeAt(at + 1) === LINE_FEED ? 2 : 1;
  return { fields, end: at, lines, isOpen };
}

/**
 * The dialect under which most records of the text's start are as wide as the first one; a single column where that
 * holds no delimiter.
 */
export function sniffDialect(text: string): Dialect {
  const sample = sampleOf(text);
  let best: Dialect = { delimiter: '', isQuoted: true };
  let bestShare = 0;
  for (const delimiter of DELIMITERS) {
    for (const isQuoted of [true, false]) {
      const widths = widthsOf(sample, { delimiter, isQuoted });
      const [first = 1] = widths;
      const share = widths.filter((width) => width === first).length / widths.length;
      if (first > 1 && share > bestShare) {
        best = { delimiter, isQuoted };
        bestShare = share;
      }
    }
  }
  return best;
}

function widthsOf(text: string, dialect: Dialect): number[] {
  const widths: number[] = [];
  for (const { fields } of parseDelimited([text], dialect)) {
    widths.push(fields.length);
    if (widths.length === SAMPLE_RECORDS) break;
  }
  return widths;
}

/** The start of a text, without the line that the cut breaks. */
function sampleOf(text: string): string {
  if (text.length <= SAMPLE_CHARACTERS) return text;
  const sample = text.slice(0, SAMPLE_CHARACTERS);
  const end = sample.lastIndexOf('\n');
  return end > 0 ? sample.slice(0, end) : sample;
}

/** @returns undefined when the closing quote is not right before a delimiter or a line's end; open when there is none */
function quotedField(
  text: string,
  at: number,
  separator: number,
): { value: string; end: number } | 'open' | undefined {
  let close = text.indexOf('"', at + 1);
  while (close !== -1 && text.charCodeAt(close + 1) === QUOTE) close = text.indexOf('"', close + 2);
  if (close === -1) return 'open';
  const end = close + 1;
  const next = text.charCodeAt(end);
  if (end < text.length && next !== separator && next !== LINE_FEED && next !== CARRIAGE_RETURN)
    return undefined;
  const value = text.slice(at + 1, close);
  if (separator === TAB && value.includes('\t')) return undefined;
  return { value: value.replaceAll('""', '"'), end };
}

function endOfField(text: string, at: number, separator: number): number {
  let end = at;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === separator || code === LINE_FEED || code === CARRIAGE_RETURN) break;
  }
  return end;
}

function countLineBreaks(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LINE_FEED || (code === CARRIAGE_RETURN && text.charCodeAt(at + 1) !== LINE_FEED)) count++;
  }
  return count;
}
