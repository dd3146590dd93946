/** The words by which files and folders say which split they hold, as the Python library datasets takes them. */
const SPLIT_WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['train', ['train', 'training']],
  ['validation', ['validation', 'valid', 'val', 'dev']],
  ['test', ['test', 'testing', 'eval', 'evaluation']],
]);

export const SPLITS = [...SPLIT_WORDS.keys()];

/** Whether one of the words of a path is one for the split. */
export function saysSplit(path: string, split: string): boolean {
  const known = SPLIT_WORDS.get(split);
  const words = path.toLowerCase().split(known ? /[^a-z]+/ : /[^a-z0-9]+/);
  return (known ?? [split]).some((word) => words.includes(word));
}
