/**
 * Keys that let requests in. Only their hashes are kept, in memory and in files, and all of them are compared in
 * constant time, so that neither a file nor the time of an answer tells a key.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { ConfigError, messageOf } from '../../core/index.ts';

export interface KeyHash {
  /** For logs. */
  readonly name: string;
  /** SHA-256 in hex. */
  readonly sha256: string;
}

const LINE = /^([\w.-]+)\s+sha256:([\da-f]{64})$/;
const HEADER = /^Bearer +(\S+)$/i;

export function hashKey(name: string, key: string): KeyHash {
  return { name, sha256: createHash('sha256').update(key).digest('hex') };
}

/** @throws ConfigError when the file is not there, or a line is of another form; lines are not quoted */
export function readKeyFile(path: string): KeyHash[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `api_key_file ${path}: cannot be read (${messageOf(error)}); add a key to it with tunesmith api --new-key NAME`,
      error,
    );
  }
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const match = LINE.exec(line.trim());
    if (match) return [{ name: match[1]!, sha256: match[2]! }];
    throw new ConfigError(
      `api_key_file ${path} line ${index + 1}: is no hashed key; write "name sha256:HEX", or add one with tunesmith api --new-key NAME`,
    );
  });
}

/**
 * Makes a key and adds its hash to the file.
 * @returns the key itself, which is kept nowhere
 * @throws ConfigError when the name is of another form or taken
 */
export function addKey(path: string, name: string): string {
  if (!/^[\w.-]+$/.test(name)) {
    throw new ConfigError(`--new-key "${name}": is no name; use letters, digits, dots and dashes`);
  }
  const taken = existsSync(path) && readKeyFile(path).some((key) => key.name === name);
  if (taken) throw new ConfigError(`--new-key ${name}: ${path} has a key of that name; choose another name`);
  const key = `ts-${randomBytes(32).toString('base64url')}`;
  appendFileSync(path, `${name} sha256:${hashKey(name, key).sha256}\n`, { mode: 0o600 });
  return key;
}

/** @returns finds the name of the key in an Authorization header; undefined where it is none of them */
export function createKeyring(keys: readonly KeyHash[]): (header: string | undefined) => string | undefined {
  const known = keys.map(({ name, sha256 }) => ({ name, hash: Buffer.from(sha256, 'hex') }));
  return (header = '') => {
    const given = createHash('sha256')
      .update(HEADER.exec(header)?.[1] ?? '')
      .digest();
    let found: string | undefined;
    for (const { name, hash } of known) if (timingSafeEqual(given, hash)) found = name;
    return found;
  };
}
