/** Gives out the built page: its files by their names, and its one document for every address that is a page's. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, join, resolve, sep } from 'node:path';
import type { Context } from 'hono';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.md': 'text/plain; charset=utf-8',
};

/** @param folder of the built page; without it a sentence says how to build it */
export function staticPage(folder: string): (context: Context) => Response {
  const root = resolve(folder);
  return (context) => {
    const path = resolve(root, `.${decodePath(context.req.path)}`);
    const isFile = path.startsWith(root + sep) && existsSync(path) && statSync(path).isFile();
    const isAsset = context.req.path.startsWith('/assets/');
    if (!isFile && isAsset) return context.text('not here', 404);
    const file = isFile ? path : join(root, 'index.html');
    if (!existsSync(file)) return context.text('The page is not built yet; run: npm run build\n', 503);
    const zipped = context.req.header('accept-encoding')?.includes('gzip') && existsSync(`${file}.gz`);
    return context.body(new Uint8Array(readFileSync(zipped ? `${file}.gz` : file)), 200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      // Assets carry their content's hash in their names.
      'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'accept-encoding',
      ...(zipped && { 'content-encoding': 'gzip' }),
    });
  };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '/'; // no path of ours
  }
}
