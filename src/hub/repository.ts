/** What a hub says of a repository: its files, how large they are, and by which digest they are known. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { HubError } from '../core/index.ts';
import type { HubClient } from './hub-request.ts';
import type { HubName } from './hub-settings.ts';

export type RepositoryKind = 'model' | 'dataset';

export interface RepositoryName {
  readonly kind: RepositoryKind;
  /** `org/name`. */
  readonly id: string;
  /** A branch, a tag or a commit; the hub's main branch when absent. */
  readonly revision?: string | undefined;
}

export interface RepositoryFile {
  /** Within the repository. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly url: string;
  /** sha256 of the content; or sha1 of git's blob, which hubs know small files by. */
  readonly digest: { readonly kind: 'sha256' | 'git-sha1'; readonly value: string } | undefined;
}

export interface Repository extends RepositoryName {
  readonly revision: string;
  /** What the revision stands for now. */
  readonly commit: string;
  readonly files: readonly RepositoryFile[];
  /** As its card names it. */
  readonly license?: string | undefined;
}

/** Becomes part of a path here. */
const Hex = z.string().regex(/^[0-9a-f]{7,64}$/i);

const HuggingFaceInfo = z.object({
  sha: Hex,
  cardData: z.object({ license: z.string().or(z.array(z.string())).nullish().catch(null) }).nullish(),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number().nullish(),
      blobId: Hex.nullish(),
      lfs: z.object({ sha256: Hex, size: z.number() }).nullish(),
    }),
  ),
});

const ModelScopeFiles = z.object({
  Data: z.object({
    Files: z.array(
      z.object({
        Path: z.string(),
        Type: z.string(),
        Size: z.number(),
        Sha256: Hex.nullish().or(z.literal('')),
      }),
    ),
  }),
});

const ModelScopeDataset = z.object({ Data: z.object({ Id: z.union([z.string(), z.number()]) }) });

/** More files than a repository of a model or of rows has. */
const MODEL_SCOPE_PAGE = 10_000;

/** @throws HubError when the hub has no such repository, refuses it, or cannot be reached */
export async function readRepository(client: HubClient, name: RepositoryName): Promise<Repository> {
  const repository = await (client.settings.hub === 'hf'
    ? huggingFace(client, name)
    : modelScope(client, name));
  const outside = repository.files.find(({ path }) => !isInside(path));
  if (!outside) return repository;
  throw new HubError({
    en: `hub: ${name.id} has a file called ${JSON.stringify(outside.path)}, which lies outside of it; do not use it`,
    zh: `模型库：${name.id} 中有文件 ${JSON.stringify(outside.path)} 位于仓库之外；请勿使用该仓库`,
  });
}

async function huggingFace(client: HubClient, name: RepositoryName): Promise<Repository> {
  const { kind, id, revision = mainBranch('hf') } = name;
  const { endpoint } = client.settings;
  const url = `${endpoint}/api/${kind}s/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const { sha, siblings, cardData } = parsed(HuggingFaceInfo, await client.json(url, whatOf(name)), name);
  const base = `${endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${id}/resolve/${sha}`;
  const files = siblings.map(({ rfilename, size, blobId, lfs }): RepositoryFile => {
    const digest = lfs
      ? ({ kind: 'sha256', value: lfs.sha256 } as const)
      : blobId
        ? ({ kind: 'git-sha1', value: blobId } as const)
        : undefined;
    const url = `${base}/${rfilename.split('/').map(encodeURIComponent).join('/')}`;
    return { path: rfilename, sizeBytes: lfs?.size ?? size ?? 0, url, digest };
  });
  const license = cardData?.license ?? undefined;
  return { ...name, revision, commit: sha, files, license: license && [license].flat().join(', ') };
}

async function modelScope(client: HubClient, name: RepositoryName): Promise<Repository> {
  const { kind, id, revision = mainBranch('ms') } = name;
  const api = `${client.settings.endpoint}/api/v1/${kind}s`;
  const asked = `Revision=${encodeURIComponent(revision)}`;
  let url = `${api}/${id}/repo/files?${asked}&Recursive=true`;
  if (kind === 'dataset') {
    const { Data } = parsed(ModelScopeDataset, await client.json(`${api}/${id}`, whatOf(name)), name);
    url = `${api}/${Data.Id}/repo/tree?${asked}&Root=%2F&Recursive=true&PageNumber=1&PageSize=${MODEL_SCOPE_PAGE}`;
  }
  const { Data } = parsed(ModelScopeFiles, await client.json(url, whatOf(name)), name);
  const files = Data.Files.filter(({ Type }) => Type !== 'tree').map(
    ({ Path, Size, Sha256 }): RepositoryFile => ({
      path: Path,
      sizeBytes: Size,
      url: `${api}/${id}/repo?${asked}&FilePath=${encodeURIComponent(Path)}`,
      digest: Sha256 ? { kind: 'sha256', value: Sha256 } : undefined,
    }),
  );
  // The hub names no commit, so the files themselves say which state this is.
  const commit = createHash('sha1').update(JSON.stringify(files)).digest('hex');
  return { ...name, revision, commit, files };
}

export function mainBranch(hub: HubName): string {
  return hub === 'hf' ? 'main' : 'master';
}

/** @throws HubError when it is none, such as a path that leads out of the cache */
export function checkRevision(revision: string | undefined): string | undefined {
  if (revision === undefined || (/^\w[\w./-]*$/.test(revision) && !revision.includes('..'))) return revision;
  throw new HubError({
    en: `hub: ${JSON.stringify(revision)} is no revision; write a branch, a tag or a commit, such as main or v1.0`,
    zh: `模型库：${JSON.stringify(revision)} 不是版本号；请写分支、标签或提交，如 main、v1.0`,
  });
}

export function whatOf({ kind, id, revision }: RepositoryName): string {
  return `${kind} ${id}${revision === undefined ? '' : ` at ${revision}`}`;
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, name: RepositoryName): T {
  const { data, error } = schema.safeParse(value);
  if (data !== undefined) return data;
  throw new HubError({
    en: `hub: what the hub says of ${whatOf(name)} cannot be read: ${error?.issues[0]?.message}; check the endpoint`,
    zh: `模型库：模型库关于 ${whatOf(name)} 的信息无法解析：${error?.issues[0]?.message}；请检查地址`,
  });
}

/** No path that a file of ours could be overwritten by. */
function isInside(path: string): boolean {
  return (
    !/^([a-zA-Z]:|[\\/])/.test(path) && !path.split(/[\\/]/).some((part) => part === '..' || part === '')
  );
}
