/**
 * Where files of hubs lie on this machine, in the layouts of the hubs' own Python libraries, so that neither fetches
 * what the other has. Hugging Face: blobs by digest, and a folder of links for each commit. ModelScope: a folder.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { writeFileAtomic, writeJsonAtomic } from '../core/index.ts';
import { digestOf } from './fetch-files.ts';
import type { HubSettings } from './hub-settings.ts';
import { mainBranch, type Repository, type RepositoryFile, type RepositoryName } from './repository.ts';

export interface CacheLayout {
  /** All that is kept of the repository. */
  readonly root: string;
  /** Where the file is to be fetched to. */
  target(file: RepositoryFile): string;
  /** Whether it is there and sound. */
  has(file: RepositoryFile): Promise<boolean>;
  /** Makes fetched files visible. @returns the folder that holds them under their names */
  commit(files: readonly RepositoryFile[]): string;
}

export function cacheLayout(settings: HubSettings, repository: Repository): CacheLayout {
  return settings.hub === 'hf' ? huggingFace(settings, repository) : modelScope(settings, repository);
}

/** What the hub said when it was asked last. */
export interface Listing {
  readonly revision: string;
  readonly commit: string;
  /** All that the repository has, fetched or not. */
  readonly paths: readonly string[];
  readonly license?: string | undefined;
}

const LISTING_FILE = '.tunesmith-listing.json';

export function writeListing(root: string, { revision, commit, files, license }: Repository): void {
  const paths = files.map(({ path }) => path);
  writeJsonAtomic(join(root, LISTING_FILE), { revision, commit, paths, license });
}

/** Of the state that is here; undefined where nobody knows, as when Python fetched it. */
export function cachedListing(settings: HubSettings, name: RepositoryName): Listing | undefined {
  const path = join(rootOf(settings, name), LISTING_FILE);
  if (!existsSync(path)) return undefined;
  const listing = JSON.parse(readFileSync(path, 'utf8')) as Listing;
  const folder = settings.hub === 'hf' ? cachedFolder(settings, name) : undefined;
  return folder === undefined || basename(folder) === listing.commit ? listing : undefined;
}

/** The folder of files that are here already, of the revision's last known state. */
export function cachedFolder(settings: HubSettings, name: RepositoryName): string | undefined {
  const root = rootOf(settings, name);
  const { revision = mainBranch(settings.hub) } = name;
  if (settings.hub === 'ms') {
    // One state at a time, of the main branch where nobody says which.
    const kept = cachedListing(settings, name)?.revision ?? mainBranch(settings.hub);
    return existsSync(root) && kept === revision ? root : undefined;
  }
  const ref = join(root, 'refs', ...revision.split('/'));
  const commit = existsSync(ref) ? readFileSync(ref, 'utf8').trim() : revision;
  const folder = join(root, 'snapshots', commit);
  return existsSync(folder) ? folder : undefined;
}

export interface CachedRepository extends RepositoryName {
  readonly hub: HubSettings['hub'];
  readonly root: string;
  readonly sizeBytes: number;
}

/** All models and data sets that a hub's cache holds. */
export function cachedRepositories(settings: HubSettings): CachedRepository[] {
  const found = settings.hub === 'hf' ? huggingFaceRoots(settings.cache) : modelScopeRoots(settings.cache);
  return found.map((name) => {
    const root = rootOf(settings, name);
    return { ...name, hub: settings.hub, root, sizeBytes: sizeOf(root) };
  });
}

function rootOf({ hub, cache }: HubSettings, { kind, id }: RepositoryName): string {
  if (hub === 'hf') return join(cache, [`${kind}s`, ...id.split('/')].join('--'));
  const [owner = '', name = ''] = id.split('/');
  return join(cache, `${kind}s`, owner, name.replaceAll('.', '___'));
}

function huggingFace(settings: HubSettings, repository: Repository): CacheLayout {
  const root = rootOf(settings, repository);
  const { commit, revision } = repository;
  const target = (file: RepositoryFile) => join(root, 'blobs', file.digest?.value ?? nameOf(file, commit));
  return {
    root,
    target,
    // A blob is under its digest's name only when it had that digest.
    has: async (file) => statSync(target(file), { throwIfNoEntry: false })?.size === file.sizeBytes,
    commit(files) {
      const folder = join(root, 'snapshots', commit);
      for (const file of files) link(target(file), join(folder, file.path));
      if (revision !== commit) writeFileAtomic(join(root, 'refs', ...revision.split('/')), commit);
      return folder;
    },
  };
}

function nameOf({ path }: RepositoryFile, commit: string): string {
  return createHash('sha1').update(`${commit}/${path}`).digest('hex');
}

function link(blob: string, path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  try {
    symlinkSync(relative(dirname(path), blob), path);
  } catch {
    copyFileSync(blob, path); // Where links are not allowed, as on Windows without developer mode.
  }
}

/** Digests of files that were checked: whatever else lies in the folder is checked once. */
const CHECKED_FILE = '.tunesmith.json';

function modelScope(settings: HubSettings, repository: Repository): CacheLayout {
  const root = rootOf(settings, repository);
  const target = (file: RepositoryFile) => join(root, file.path);
  const notes = join(root, CHECKED_FILE);
  const checked = () =>
    existsSync(notes) ? (JSON.parse(readFileSync(notes, 'utf8')) as Record<string, string>) : {};
  const note = (files: readonly RepositoryFile[]) => {
    const digests = files.map(({ path, digest }) => [path, digest?.value ?? '']);
    writeJsonAtomic(notes, { ...checked(), ...Object.fromEntries(digests) });
  };
  return {
    root,
    target,
    async has(file) {
      const { path, digest, sizeBytes } = file;
      if (statSync(target(file), { throwIfNoEntry: false })?.size !== sizeBytes) return false;
      if (!digest || checked()[path] === digest.value) return true;
      const isSound = (await digestOf(target(file), digest.kind, sizeBytes)) === digest.value;
      if (isSound) note([file]);
      return isSound;
    },
    commit(files) {
      note(files);
      return root;
    },
  };
}

function huggingFaceRoots(cache: string): RepositoryName[] {
  return foldersIn(cache).flatMap((name): RepositoryName[] => {
    const [kinds, ...parts] = name.split('--');
    if (parts.length === 0 || (kinds !== 'models' && kinds !== 'datasets')) return [];
    return [{ kind: kinds === 'models' ? 'model' : 'dataset', id: parts.join('/') }];
  });
}

function modelScopeRoots(cache: string): RepositoryName[] {
  return (['model', 'dataset'] as const).flatMap((kind) =>
    foldersIn(join(cache, `${kind}s`)).flatMap((owner) =>
      foldersIn(join(cache, `${kind}s`, owner)).map((name) => ({
        kind,
        id: `${owner}/${name.replaceAll('___', '.')}`,
      })),
    ),
  );
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

/** Links are not followed, so a blob counts once. */
function sizeOf(path: string): number {
  const found = lstatSync(path);
  if (!found.isDirectory()) return found.isFile() ? found.size : 0;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
