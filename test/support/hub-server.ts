/**
 * Stands for Hugging Face and ModelScope: repositories, redirects to a store of another origin, ranges, tokens, and
 * whatever goes wrong there. On random ports of the loopback.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type HubFiles = Readonly<Record<string, Uint8Array>>;

/** What goes wrong with one answer about a file. */
export type Fault =
  | { readonly kind: 'busy'; readonly retryAfter?: number }
  | { readonly kind: 'broken'; readonly afterBytes: number }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'status'; readonly status: number };

export interface HubServerOptions {
  /** By `models/org/name` or `datasets/org/name`; other states than the main branch by `…@revision`. */
  readonly repositories: Readonly<Record<string, HubFiles>>;
  /** Whoever does not bring it is refused. */
  readonly token?: string;
  readonly hasRanges?: boolean;
  /** Each answer about a repository's files. */
  readonly onListing?: () => void;
  /** Holds each file back until it resolves. */
  readonly gate?: (path: string) => Promise<unknown>;
}

export interface HubServer extends AsyncDisposable {
  readonly url: string;
  /** What happens to the next answers about a file, in this order; to the list when the path is empty. */
  fail(path: string, ...faults: readonly Fault[]): void;
  /** `path from-to` of each answer with content. */
  readonly served: string[];
  /** Requests that brought a token to the store, which has no business with it. */
  readonly leaks: string[];
}

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** Larger files are LFS there. */
const LFS_BYTES = 100;

export async function startHubServer(options: HubServerOptions): Promise<HubServer> {
  const { repositories, token, hasRanges = true, onListing, gate } = options;
  const faults = new Map<string, Fault[]>();
  const served: string[] = [];
  const leaks: string[] = [];

  const store = createServer(async (request, response) => {
    const [repository = '', path = ''] = decodeURIComponent(request.url!.slice(1)).split('::');
    if (request.headers.authorization || request.headers.cookie) leaks.push(path);
    const fault = faults.get(path)?.shift();
    if (fault && refused(response, fault)) return;
    await gate?.(path);
    send(request, response, { path, content: repositories[repository]![path]!, fault });
  });

  function send(
    request: IncomingMessage,
    response: ServerResponse,
    { path, content, fault }: { path: string; content: Uint8Array; fault: Fault | undefined },
  ): void {
    const range = hasRanges ? /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') : undefined;
    const [from, to] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, content.length];
    const part = Buffer.from(content.subarray(from, to));
    if (fault?.kind === 'wrong') part[0]! ^= 1;
    served.push(`${path} ${from}-${to}`);
    response.writeHead(range ? 206 : 200, {
      'content-length': part.length,
      etag: `"${sha256(content)}"`,
      ...(range && { 'content-range': `bytes ${from}-${to - 1}/${content.length}` }),
    });
    if (fault?.kind !== 'broken') {
      response.end(part);
      return;
    }
    response.write(part.subarray(0, fault.afterBytes), () => response.destroy());
  }

  const hub = createServer((request, response) => {
    const url = new URL(request.url!, 'http://hub');
    const given = request.headers.authorization?.replace('Bearer ', '');
    if (token !== undefined && given !== token) {
      response.writeHead(401).end();
      return;
    }
    const fault = faults.get('')?.shift();
    if (fault && refused(response, fault)) return;
    const answer = huggingFace(url) ?? modelScope(url);
    if (answer === undefined) response.writeHead(404).end('{"Code":404}');
    else if ('json' in answer) {
      onListing?.();
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.json));
    } else {
      const place = encodeURIComponent(`${answer.repository}::${answer.path}`);
      response.writeHead(302, { location: `${origin(store)}/${place}` }).end();
    }
  });

  type Answer = { readonly json: unknown } | { readonly repository: string; readonly path: string };

  function fileOf(repository: string, path: string): Answer | undefined {
    return repositories[repository]?.[path] ? { repository, path } : undefined;
  }

  function huggingFace({ pathname }: URL): Answer | undefined {
    const info = /^\/api\/((?:models|datasets)\/[^/]+\/[^/]+)\/revision\/(.+)$/.exec(pathname);
    if (info) {
      const repository = stateOf(info[1]!, decodeURIComponent(info[2]!));
      const files = repository === undefined ? undefined : repositories[repository];
      if (!files) return undefined;
      const siblings = Object.entries(files).map(([rfilename, content]) => ({
        rfilename,
        size: content.length,
        blobId: gitSha1(content),
        ...(content.length > LFS_BYTES && { lfs: { sha256: sha256(content), size: content.length } }),
      }));
      return { json: { sha: commitOf(repository!), siblings } };
    }
    const file = /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname);
    if (!file) return undefined;
    const repository = stateOf(`${file[1] ?? 'models/'}${file[2]}`, file[3]!);
    return repository === undefined ? undefined : fileOf(repository, decodeURIComponent(file[4]!));
  }

  /** The key of a repository's state, by a branch or a commit. */
  function stateOf(name: string, revision: string): string | undefined {
    if (['main', 'master', COMMIT].includes(revision)) return name;
    return Object.keys(repositories).find(
      (key) => key === `${name}@${revision}` || (key.startsWith(`${name}@`) && commitOf(key) === revision),
    );
  }

  function modelScope({ pathname, searchParams }: URL): Answer | undefined {
    const found = /^\/api\/v1\/((?:models|datasets)\/[^/]+\/[^/]+)(\/repo)?(\/files)?$/.exec(pathname);
    const tree = /^\/api\/v1\/datasets\/(\d+)\/repo\/tree$/.exec(pathname);
    const names = Object.keys(repositories);
    const plain = tree ? names[Number(tree[1])]! : found?.[1];
    const name = plain && stateOf(plain, searchParams.get('Revision') ?? 'master');
    const files = name === undefined ? undefined : repositories[name];
    if (!files || name === undefined) return undefined;
    if (found && !found[2]) return { json: { Code: 200, Data: { Id: names.indexOf(name) } } };
    if (searchParams.has('FilePath')) return fileOf(name, searchParams.get('FilePath')!);
    const Files = Object.entries(files).map(([Path, content]) => ({
      Path,
      Type: 'blob',
      Size: content.length,
      Sha256: sha256(content),
    }));
    return { json: { Code: 200, Data: { Files: [{ Path: 'folder', Type: 'tree', Size: 0 }, ...Files] } } };
  }

  for (const server of [hub, store]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  }
  return {
    url: origin(hub),
    fail: (path, ...list) => faults.set(path, [...list]),
    served,
    leaks,
    async [Symbol.asyncDispose]() {
      for (const server of [hub, store]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

function refused(response: ServerResponse, fault: Fault): boolean {
  if (fault.kind !== 'busy' && fault.kind !== 'status') return false;
  if (fault.kind === 'busy' && fault.retryAfter) response.setHeader('retry-after', fault.retryAfter);
  response.writeHead(fault.kind === 'busy' ? 429 : fault.status).end();
  return true;
}

function commitOf(repository: string): string {
  const [, revision] = repository.split('@');
  return revision === undefined ? COMMIT : createHash('sha1').update(revision).digest('hex');
}

function origin(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function gitSha1(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}
