/** GET /openapi.json: what can be asked, for programs. GET /docs: the same for people, on a page that loads nothing. */
import type { App } from '../http/app-env.ts';
import { jsonResponse } from '../http/endpoint.ts';

interface Operation {
  readonly summary?: string;
  readonly requestBody?: unknown;
  security?: unknown;
}

interface Page {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<
      Record<string, { readonly properties?: { readonly model?: { enum?: unknown } } }>
    >;
  };
}

export interface PageOptions {
  readonly version: string;
  /** Of the models that can be asked. */
  readonly names: readonly string[];
  /** Whether a key is asked for. */
  readonly hasKeys: boolean;
}

/** To be added last: it describes the endpoints that were added before. */
export function addApiPage(app: App, options: PageOptions): void {
  const page = describe(app, options);
  const html = pageOf(page, options.version);
  app.get('/openapi.json', () => jsonResponse(page));
  app.get('/docs', (context) => {
    context.header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    return context.html(html);
  });
}

function describe(app: App, { version, names, hasKeys }: PageOptions): Page {
  if (hasKeys) {
    app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
  }
  const page = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Tunesmith',
      version,
      description: 'Answers with a language model and its adapters, for the clients of OpenAI.',
    },
  }) as unknown as Page;
  for (const operation of Object.values(page.paths).flatMap((methods) => Object.values(methods))) {
    if (!hasKeys) delete operation.security;
  }
  // Which names there are, only this server knows.
  for (const [name, { properties }] of Object.entries(page.components.schemas)) {
    if (name.endsWith('Request') && properties?.model) properties.model.enum = names;
  }
  return page;
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}' +
  'pre{background:#8881;padding:1rem;overflow:auto}code{font-family:ui-monospace,monospace}';

function pageOf(page: Page, version: string): string {
  const operations = Object.entries(page.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary = '', requestBody }]) => {
      const details = requestBody
        ? `<details><summary>Request</summary><pre>${escaped(JSON.stringify(requestBody, null, 2))}</pre></details>`
        : '';
      return `<h2><code>${method.toUpperCase()} ${escaped(path)}</code></h2><p>${escaped(summary)}</p>${details}`;
    }),
  );
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tunesmith API</title><style>${STYLE}</style></head>` +
    `<body><h1>Tunesmith ${escaped(version)}</h1><p>The whole description for programs: ` +
    `<a href="openapi.json">openapi.json</a>.</p>${operations.join('')}</body></html>`
  );
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.codePointAt(0)};`);
