/**
 * Turns what a person wrote for `model_name_or_path` into files on this machine: a folder with config.json, a GGUF
 * file, a starter, or a model on a hub. Looks no further than names: whether the files are sound is for `files` to say.
 */
import { existsSync, readdirSync, type Stats, statfsSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { cacheFolder, HubError, machineMemoryBytes, messageOf, type OnProgress } from '../core/index.ts';
import { fetchModel, type HubModelName, parseHubName } from './fetch-repository.ts';
import { fetchStarter, type Machine } from './fetch-starter.ts';
import { HubClient } from './hub-request.ts';
import { hubSettings } from './hub-settings.ts';
import { type AcceptLicense, ensureLicense } from './license.ts';
import { checkRevision } from './repository.ts';
import { nearestStarter, STARTER_PREFIX, STARTERS, type Starter } from './starters.ts';

export interface ResolvedModel {
  readonly kind: 'folder' | 'gguf';
  /** Absolute. */
  readonly path: string;
  /** For people: the folder's or file's name, or the starter's. */
  readonly name: string;
  /** The chat template that suits a starter. */
  readonly suggestedTemplate?: string;
}

export interface ResolveOptions {
  /** For starters whose licence must be accepted; an acceptance is recorded and not asked for again. */
  readonly acceptLicense?: AcceptLicense;
  readonly onProgress?: OnProgress;
  /** Of models on hubs: looks for a newer state, also where one is here. */
  readonly refresh?: boolean;
  /** Of models on hubs: a branch, a tag or a commit; `@revision` in the name wins over it. */
  readonly revision?: string;
  /** Where starters are kept; the user's cache unless given. */
  readonly cacheFolder?: string;
}

/** What the resolver finds around it, other than the file system. */
export interface World extends Machine {
  readonly starters: readonly Starter[];
  now(): Date;
}

const REAL_WORLD: World = {
  starters: STARTERS,
  now: () => new Date(),
  memoryBytes: machineMemoryBytes,
  freeDiskBytes: (folder) => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  },
};

/**
 * @throws HubError when the name leads to no model, or a starter cannot be fetched; MemoryError and StorageError when
 * the machine is too small for the starter
 */
export async function resolveModel(
  nameOrPath: string,
  options: ResolveOptions = {},
  world: World = REAL_WORLD,
): Promise<ResolvedModel> {
  if (nameOrPath.startsWith(STARTER_PREFIX)) return resolveStarter(nameOrPath, options, world);
  if (nameOrPath === '')
    throw new HubError({
      en: 'hub: model_name_or_path is empty; name a folder, a GGUF file, org/name on a hub, or a starter',
      zh: '模型库：model_name_or_path 为空；请写文件夹、GGUF 文件、模型库上的 org/name，或内置模型',
    });
  const found = look(nameOrPath);
  const path = resolve(nameOrPath);
  if (found?.isDirectory()) return { kind: 'folder', path: checkFolder(path), name: basename(path) };
  if (found) return { kind: 'gguf', path: checkFile(path), name: basename(path, extname(path)) };
  if (looksLikePath(nameOrPath)) throw missing(path);
  const name = parseHubName(nameOrPath);
  if (!name) throw unknownName(nameOrPath, world.starters);
  const client = new HubClient(hubSettings(name.hub));
  try {
    const { onProgress, refresh = false } = options;
    const revision = revisionOf(name, options.revision);
    const fetched = await fetchModel(client, { ...name, revision }, { onProgress, refresh });
    return { ...fetched, name: basename(name.id) };
  } finally {
    await client.close();
  }
}

/** Settings say `main` where nobody chose, which is called otherwise on ModelScope. */
export function revisionOf(name: HubModelName, wanted: string | undefined): string | undefined {
  return name.revision ?? (wanted === 'main' ? undefined : checkRevision(wanted));
}

async function resolveStarter(name: string, options: ResolveOptions, world: World): Promise<ResolvedModel> {
  const starter = world.starters.find((candidate) => STARTER_PREFIX + candidate.name === name);
  if (!starter) {
    const nearest = STARTER_PREFIX + nearestStarter(name, world.starters).name;
    throw new HubError({
      en: `hub: there is no ${name}; use ${nearest}`,
      zh: `模型库：没有 ${name}；请用 ${nearest}`,
    });
  }
  const folder = resolve(options.cacheFolder ?? cacheFolder(), 'models', starter.name);
  await ensureLicense(starter, folder, options.acceptLicense, world.now);
  const path = await fetchStarter(starter, folder, world, options.onProgress ?? (() => {}));
  return { kind: 'gguf', path, name: starter.name, suggestedTemplate: starter.template };
}

function checkFolder(path: string): string {
  if (existsSync(join(path, 'config.json'))) return path;
  const names = readdirSync(path);
  const gguf = names.find((name) => isGguf(name));
  if (names.includes('adapter_config.json')) {
    throw new HubError({
      en: `${path}: holds an adapter, not a model; name it by adapter_name_or_path, and its base model by model_name_or_path`,
      zh: `${path}：这是适配器，不是模型；请写在 adapter_name_or_path，并把它的基座模型写在 model_name_or_path`,
    });
  }
  throw new HubError(
    gguf === undefined
      ? {
          en: `${path}: has no config.json, so it is no model folder; name the folder that holds config.json and the weights`,
          zh: `${path}：没有 config.json，因此不是模型文件夹；请指定含 config.json 和权重的文件夹`,
        }
      : {
          en: `${path}: has no config.json, but a GGUF file; name the file itself, ${join(path, gguf)}`,
          zh: `${path}：没有 config.json，但有 GGUF 文件；请直接指定该文件 ${join(path, gguf)}`,
        },
  );
}

function checkFile(path: string): string {
  if (isGguf(path)) return path;
  throw new HubError({
    en: `${path}: is no .gguf file; name a GGUF file, or the folder that holds config.json and the weights (${dirname(path)}?)`,
    zh: `${path}：不是 .gguf 文件；请指定 GGUF 文件，或含 config.json 和权重的文件夹（是否为 ${dirname(path)}？）`,
  });
}

function missing(path: string): HubError {
  return new HubError({
    en: `${path}: there is no such file or folder; check model_name_or_path`,
    zh: `${path}：没有这个文件或文件夹；请检查 model_name_or_path`,
  });
}

function unknownName(name: string, starters: readonly Starter[]): HubError {
  const nearest = STARTER_PREFIX + nearestStarter(name, starters).name;
  return new HubError({
    en: `hub: "${name}" is no file or folder here, and no name on a hub, which is org/name; check the name, or use ${nearest}`,
    zh: `模型库："${name}" 不是本机的文件或文件夹，也不是模型库上的名称（org/name）；请检查名称，或用 ${nearest}`,
  });
}

/** Paths have a root, a dot or an ending; names on hubs are `org/name`, maybe with more around it, or a single word. */
function looksLikePath(name: string): boolean {
  const isName = /^((hf|ms):)?[\w-][\w.-]*(\/[\w.-]+)?(:[\w.-]+)?(@[\w./-]+)?$/.test(name);
  return !isName || isAbsolute(name) || /\.(gguf|safetensors|bin|json)$/i.test(name);
}

function isGguf(path: string): boolean {
  return extname(path).toLowerCase() === '.gguf';
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new HubError(
      {
        en: `${path}: cannot be looked at, ${messageOf(error)}; check the path`,
        zh: `${path}：无法查看，${messageOf(error, 'zh')}；请检查路径`,
      },
      error,
    );
  }
}
