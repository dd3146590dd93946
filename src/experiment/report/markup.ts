/** HTML in template strings: whatever is put in is escaped, unless it is markup itself. Knows no report. */

/** Text that is HTML already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Part = Markup | string | number | undefined | false | readonly Part[];

/** A template whose values are escaped; lists are joined, undefined and false leave nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...parts.map(rendered)));
}

/** Markup from elsewhere that is known to be sound: a style sheet of ours, a picture drawn here. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/** Text as it may stand in HTML, between tags and in quoted attributes alike. */
function escapeHtml(text: string): string {
  // Signs that are invisible, or turn the direction of what follows, are shown as such.
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

function rendered(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(rendered).join('');
  return escapeHtml(String(part));
}
