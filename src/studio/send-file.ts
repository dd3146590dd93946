/** A file of the studio's own as a download, under a name for people. */
import { createReadStream, statSync } from 'node:fs';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import type { Context } from 'hono';

const TYPES: Readonly<Record<string, string>> = {
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.csv': 'text/csv; charset=utf-8',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.pdf': 'application/pdf',
  '.md': 'text/markdown; charset=utf-8',
};

/**
 * As much as the file holds now, should it grow.
 * @param name of the download; it may hold any signs
 */
export function sendFile(context: Context, path: string, name: string): Response {
  const { size } = statSync(path);
  const content =
    size > 0 ? (Readable.toWeb(createReadStream(path, { end: size - 1 })) as ReadableStream) : '';
  return context.body(content, 200, {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'content-length': String(size),
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", '%27')}`,
    'x-content-type-options': 'nosniff',
  });
}
