/**
 * The API keys of servers that the studio starts, in a file of hashes as `tunesmith api` keeps them. The program makes
 * them; here their names are read, and lines taken out. A server also gets a key of the studio's own, so that Chat and
 * the live figures reach it: that one lies beside the job, for the user of this machine alone.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/index.ts';
import { askProgram } from './ask-program.ts';
import { MissingError } from './bind-route.ts';

const OWN_KEY = 'studio-key';

export class ApiKeys {
  readonly file: string;
  readonly #program: readonly string[];

  constructor(file: string, program: readonly string[]) {
    this.file = file;
    this.#program = program;
  }

  names(): string[] {
    return this.#lines().map(nameIn);
  }

  /** @returns the key, which is kept nowhere */
  async add(name: string, signal: AbortSignal): Promise<string> {
    const words = ['api', '--new-key', name, `api_key_file=${this.file}`];
    return (await askProgram(words, { program: this.#program, signal })).trim();
  }

  remove(name: string): void {
    const lines = this.#lines();
    const rest = lines.filter((line) => nameIn(line) !== name);
    if (rest.length === lines.length) {
      throw new MissingError({
        en: `API key ${name.slice(0, 100)}: there is none of this name`,
        zh: `API 密钥 ${name.slice(0, 100)}：没有这个名称`,
      });
    }
    writeFileAtomic(this.file, rest.map((line) => `${line}\n`).join(''));
  }

  #lines(): string[] {
    if (!existsSync(this.file)) return [];
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  }
}

/** @param folder of the job that serves */
export function makeOwnKey(folder: string): string {
  const key = `ts-${randomBytes(32).toString('base64url')}`;
  writeFileSync(join(folder, OWN_KEY), key, { mode: 0o600 });
  return key;
}

/** Undefined for a server that asks for none. */
export function ownKey(folder: string): string | undefined {
  const path = join(folder, OWN_KEY);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** What goes with the studio's own requests to a server. */
export function ownKeyHeader(folder: string): Record<string, string> {
  const key = ownKey(folder);
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

function nameIn(line: string): string {
  return line.split(/\s/)[0] ?? '';
}
