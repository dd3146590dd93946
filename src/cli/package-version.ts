/** The package's own version and place; its root lies two folders up, from the sources and from dist alike. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

export function packageVersion(): string {
  const text = readFileSync(new URL('package.json', ROOT), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export function packageRoot(): string {
  return fileURLToPath(ROOT).replace(/[\\/]$/, '');
}
