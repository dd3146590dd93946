/** Names of repositories become folders on this machine: out of the cache, or fetched into it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes, HubError, type OnProgress, StorageError } from '../core/index.ts';
import { type FetchOptions, fetchFiles } from './fetch-files.ts';
import { type CacheLayout, cachedFolder, cacheLayout, writeListing } from './hub-cache.ts';
import type { HubClient } from './hub-request.ts';
import { defaultHub, type HubName } from './hub-settings.ts';
import { chooseAdapterFiles, chooseModelFiles, type ModelChoice } from './needed-files.ts';
import {
  checkRevision,
  type Repository,
  type RepositoryFile,
  type RepositoryName,
  readRepository,
} from './repository.ts';
import { withLock } from './repository-lock.ts';

/** What a person writes: `[hf:|ms:]org/name[:quantization][@revision]`. */
export interface HubModelName extends RepositoryName {
  readonly hub: HubName;
  /** Of a GGUF file. */
  readonly quantization?: string | undefined;
}

export interface FetchRepositoryOptions extends Partial<Omit<FetchOptions, 'onBytes'>> {
  readonly onProgress?: OnProgress | undefined;
  /** Looks for a newer state of the revision, also where it is here already. */
  readonly refresh?: boolean;
  readonly freeDiskBytes?: (folder: string) => number;
}

export interface FetchedModel {
  readonly kind: 'folder' | 'gguf';
  readonly path: string;
}

const NAME = /^(?:(hf|ms):)?([\w-][\w.-]*\/[\w.-]+?)(?::([\w.-]+))?(?:@([\w./-]+))?$/;
/** Beside what is fetched, so that the disk is not filled to its last byte. */
const SPARE_BYTES = 64 * 2 ** 20;

/** @returns undefined when it is no name on a hub */
export function parseHubName(
  text: string,
  environment: NodeJS.ProcessEnv = process.env,
): HubModelName | undefined {
  const found = NAME.exec(text);
  if (!found) return undefined;
  const [, hub = defaultHub(environment), id = '', quantization, revision] = found;
  return { kind: 'model', hub: hub as HubName, id, quantization, revision: checkRevision(revision) };
}

/** @throws HubError, StorageError */
export async function fetchModel(
  client: HubClient,
  name: HubModelName,
  options: FetchRepositoryOptions = {},
): Promise<FetchedModel> {
  const here = options.refresh ? undefined : cachedModel(client, name);
  if (here) return here;
  const repository = await readRepository(client, name);
  const choice = chooseModelFiles(name.id, repository.files, name.quantization);
  const folder = await fetchInto(client, repository, choice.files, options);
  return placeOf(folder, choice);
}

/** @returns the folder of adapter_config.json and adapter_model.safetensors */
export async function fetchAdapter(
  client: HubClient,
  name: RepositoryName,
  options: FetchRepositoryOptions = {},
): Promise<string> {
  const here = options.refresh ? undefined : cachedFolder(client.settings, name);
  if (here && readdirSync(here).includes('adapter_model.safetensors')) return here;
  const repository = await readRepository(client, name);
  return fetchInto(client, repository, chooseAdapterFiles(name.id, repository.files), options);
}

export async function fetchInto(
  client: HubClient,
  repository: Repository,
  files: readonly RepositoryFile[],
  options: FetchRepositoryOptions,
): Promise<string> {
  const layout = cacheLayout(client.settings, repository);
  mkdirSync(layout.root, { recursive: true });
  const onWait = () => options.onProgress?.({ task: 'await download', done: 0, unit: 'bytes' });
  return withLock(layout.root, { wait: client.wait, onWait }, async () => {
    await fetchMissing(client, layout, files, { ...options, id: repository.id });
    writeListing(layout.root, repository);
    return layout.commit(files);
  });
}

async function fetchMissing(
  client: HubClient,
  layout: CacheLayout,
  files: readonly RepositoryFile[],
  { id, ...options }: FetchRepositoryOptions & { readonly id: string },
): Promise<void> {
  // Files of the same content lie in one place.
  const places = new Map(files.map((file) => [layout.target(file), file]));
  const missing: RepositoryFile[] = [];
  for (const file of places.values()) if (!(await layout.has(file))) missing.push(file);
  const total = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const free = (options.freeDiskBytes ?? freeBytes)(layout.root);
  if (total + SPARE_BYTES > free) {
    throw new StorageError({
      en: `${id}: needs ${formatBytes(total)} of disk, and ${layout.root} has ${formatBytes(free)} free; free some space, or set HF_HOME or MODELSCOPE_CACHE to a folder on another disk`,
      zh: `${id}：需要 ${formatBytes(total)} 磁盘空间，而 ${layout.root} 只剩 ${formatBytes(free)}；请腾出空间，或把 HF_HOME、MODELSCOPE_CACHE 设为其他磁盘上的文件夹`,
    });
  }
  let done = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    options.onProgress?.({ task: 'download', done, total, unit: 'bytes' });
  };
  const wanted = missing.map((file) => ({ ...file, target: layout.target(file) }));
  await fetchFiles(client, wanted, { ...options, onBytes });
}

/** What is here, if it is all that is needed. */
export function cachedModel(
  { settings }: Pick<HubClient, 'settings'>,
  name: HubModelName,
): FetchedModel | undefined {
  const folder = cachedFolder(settings, name);
  if (!folder) return undefined;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.includes('.tunesmith-part'))
    .map((path) => ({ path: path.replaceAll('\\', '/'), sizeBytes: 0, url: '', digest: undefined }));
  try {
    const choice = chooseModelFiles(name.id, files, name.quantization);
    return choice.kind === 'gguf' || isWhole(folder) ? placeOf(folder, choice) : undefined;
  } catch (error) {
    if (error instanceof HubError) return undefined; // What is here is of another form.
    throw error;
  }
}

function isWhole(folder: string): boolean {
  const index = join(folder, 'model.safetensors.index.json');
  if (!existsSync(join(folder, 'tokenizer.json'))) return false;
  if (!existsSync(index)) return existsSync(join(folder, 'model.safetensors'));
  const { weight_map: shards } = JSON.parse(readFileSync(index, 'utf8')) as {
    weight_map: Record<string, string>;
  };
  return Object.values(shards).every((shard) => existsSync(join(folder, shard)));
}

function placeOf(folder: string, { kind, files }: ModelChoice): FetchedModel {
  return { kind, path: kind === 'gguf' ? join(folder, files[0]!.path) : folder };
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
