/** Files on their way in or out, each in a folder of its own under a name that nobody guesses, and gone after a day. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Bilingual } from '../core/index.ts';
import { MissingError } from './bind-route.ts';

const KEPT_MS = 24 * 60 * 60 * 1000;
const ID = /^[a-f\d]{16}$/;

export class KeptFiles {
  readonly #folder: string;
  readonly #gone: Bilingual;

  /** @param gone what is said of a file that is not there any more */
  constructor(folder: string, gone: Bilingual) {
    this.#folder = folder;
    this.#gone = gone;
  }

  /** An empty folder for one file. */
  newFolder(): { id: string; folder: string } {
    this.#forgetOld();
    const id = randomBytes(8).toString('hex');
    const folder = join(this.#folder, id);
    mkdirSync(folder, { recursive: true });
    return { id, folder };
  }

  /** @throws MissingError for an id that is none */
  pathOf(id: string): string {
    const folder = join(this.#folder, ID.test(id) ? id : 'none');
    const [name] = ID.test(id) && existsSync(folder) ? readdirSync(folder) : [];
    if (name === undefined) throw new MissingError(this.#gone);
    return join(folder, name);
  }

  discard(id: string): void {
    if (ID.test(id)) rmSync(join(this.#folder, id), { recursive: true, force: true });
  }

  #forgetOld(): void {
    if (!existsSync(this.#folder)) return;
    for (const id of readdirSync(this.#folder)) {
      if (Date.now() - statSync(join(this.#folder, id)).mtimeMs > KEPT_MS) this.discard(id);
    }
  }
}
