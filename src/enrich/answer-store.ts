/**
 * Answers that were paid for, a line each in a file that only grows: what stands there survives the end of the process
 * at any moment, and a line that was not finished counts as not there.
 */
import { closeSync, existsSync, fdatasyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export class AnswerStore implements Disposable {
  readonly #answers = new Map<string, unknown>();
  readonly #file: number;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    for (const line of text.split('\n')) {
      try {
        const { key, answer } = JSON.parse(line) as { key: string; answer: unknown };
        this.#answers.set(key, answer);
      } catch {
        // The end of a line that was being written when the process ended.
      }
    }
    this.#file = openSync(path, 'a', 0o600);
    if (text !== '' && !text.endsWith('\n')) writeSync(this.#file, '\n');
  }

  get(key: string): unknown {
    return this.#answers.get(key);
  }

  put(key: string, answer: unknown): void {
    writeSync(this.#file, `${JSON.stringify({ key, answer })}\n`);
    fdatasyncSync(this.#file);
    this.#answers.set(key, answer);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
