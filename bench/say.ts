/** What the bench says while it works: on standard error, so that results alone are on standard output. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
