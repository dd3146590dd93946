/** The words of a command as a person would type them. */

/** For a POSIX shell. @param words after `tunesmith` */
export function commandLine(words: readonly string[]): string {
  const quoted = words.map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  );
  return ['tunesmith', ...quoted].join(' ');
}
