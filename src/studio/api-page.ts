/** The API in OpenAPI's words, and as one plain page to read: routes with what they take. No script, nothing from elsewhere. */
import type { OpenAPIHono } from '@hono/zod-openapi';

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

const STYLE =
  'body{font:14px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}code{font:13px ui-monospace,monospace}td{padding:.25rem .75rem .25rem 0;vertical-align:top}h1{font-size:1.25rem}';

export function apiPage(api: OpenAPIHono, version: string): void {
  const about = { openapi: '3.1.0', info: { title: 'Tunesmith studio', version } };
  api.get('/api/openapi.json', (context) => context.json(api.getOpenAPI31Document(about)));
  api.get('/api', (context) => {
    const { paths = {} } = api.getOpenAPI31Document(about);
    const rows = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations as Record<string, Operation>).map(
        ([method, { summary = '', parameters = [] }]) => {
          const names = parameters.map(({ name, in: place }) => (place === 'query' ? `?${name}` : name));
          return `<tr><td><code>${method.toUpperCase()}</code></td><td><code>${escaped(path)}</code></td><td>${escaped(summary)}</td><td><code>${escaped(names.join(' '))}</code></td></tr>`;
        },
      ),
    );
    const streams =
      'Streams of server-sent events: <code>/api/runs/{id}/events</code>, <code>/api/jobs/{id}/events</code> (go on from <code>Last-Event-ID</code>), <code>/api/changes</code>.';
    return context.html(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>API of the Tunesmith studio</title><style>${STYLE}</style><h1>API of the Tunesmith studio ${escaped(version)}</h1><p>In full: <a href="/api/openapi.json">/api/openapi.json</a>. ${streams}</p><table>${rows.join('')}</table></html>`,
    );
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
