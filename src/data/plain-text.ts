/** A text in a form that ignores case, width and spaces: what counts as the same to a person. */
export function plainText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}
