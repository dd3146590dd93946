/** Builds the page of the studio into dist/web: whole, checked, and zipped beforehand, so that serving it costs nothing. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const page = join(root, 'dist', 'web');
/** What the page is made of. */
const SOURCES = ['web', 'src/config', 'src/core', 'src/studio/wire', 'vite.config.ts', 'package-lock.json'];
const ZIPPED = /\.(js|css|html|svg)$/;

export async function buildPage(): Promise<void> {
  const before = process.env['NODE_ENV'];
  // Also when a test builds it: React and its plugin go by this name alone.
  process.env['NODE_ENV'] = 'production';
  try {
    await build({ root: join(root, 'web'), configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
  for (const file of filesBelow(page).filter((path) => ZIPPED.test(path))) {
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
  }
}

/** Whether the built page is missing, or older than what it is made of. */
export function isPageStale(): boolean {
  const index = join(page, 'index.html.gz');
  if (!existsSync(index)) return true;
  const built = statSync(index).mtimeMs;
  return SOURCES.flatMap((source) => filesBelow(join(root, source))).some(
    (file) => statSync(file).mtimeMs > built,
  );
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}
