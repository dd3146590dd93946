/** What models are on this machine by their names: starters and what the caches of hubs hold. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, HubError, nearestName } from '../core/index.ts';
import { cachedModel, type FetchedModel } from './fetch-repository.ts';
import { cachedListing, cachedRepositories } from './hub-cache.ts';
import { hubSettings } from './hub-settings.ts';
import { STARTER_PREFIX, STARTERS } from './starters.ts';

export interface KeptModel {
  /** As model_name_or_path takes it. */
  readonly name: string;
  /** The folder that is all of it. */
  readonly path: string;
  readonly sizeBytes: number;
  /** What can be opened; absent where a download has not come to its end. */
  readonly model: FetchedModel | undefined;
  /** As the hub named it. */
  readonly license: string | undefined;
}

export function keptModels(): KeptModel[] {
  const folder = join(cacheFolder(), 'models');
  const starters = STARTERS.flatMap(({ name, fileName, license }): KeptModel[] => {
    const path = join(folder, name);
    if (!existsSync(path)) return [];
    const file = join(path, fileName);
    return [
      {
        name: STARTER_PREFIX + name,
        path,
        sizeBytes: sizeOf(path),
        model: existsSync(file) ? { kind: 'gguf', path: file } : undefined,
        license: license.name,
      },
    ];
  });
  return [...starters, ...(['hf', 'ms'] as const).flatMap(keptOfHub)];
}

function keptOfHub(hub: 'hf' | 'ms'): KeptModel[] {
  const settings = hubSettings(hub);
  return cachedRepositories(settings)
    .filter(({ kind }) => kind === 'model')
    .map((repository) => {
      const model = cachedModel({ settings }, repository);
      const folder = model && (model.kind === 'gguf' ? dirname(model.path) : model.path);
      return {
        name: `${hub}:${repository.id}`,
        path: repository.root,
        sizeBytes: repository.sizeBytes,
        model,
        license: cachedListing(settings, repository)?.license ?? (folder && licenseOfCard(folder)),
      };
    });
}

/** What the model card says, the README.md that lies beside many models. */
export function licenseOfCard(folder: string): string | undefined {
  const path = join(folder, 'README.md');
  const head = existsSync(path)
    ? /^---\r?\n([\s\S]*?)\r?\n---/.exec(readFileSync(path, 'utf8'))?.[1]
    : undefined;
  return /^license:[ \t]*["']?([\w.-]+)/m.exec(head ?? '')?.[1];
}

/** @throws HubError when no such model is here */
export function removeModel(name: string): KeptModel {
  const kept = keptModels();
  const found =
    kept.find((model) => model.name === name) ?? kept.find((model) => model.name.endsWith(`:${name}`));
  if (found) {
    rmSync(found.path, { recursive: true });
    return found;
  }
  const near = nearestName(
    name,
    kept.map((model) => model.name),
  );
  throw new HubError({
    en: `hub: ${name} is not on this machine; ${near ? `did you mean ${near}?` : 'nothing is to be removed'}`,
    zh: `模型库：本机没有 ${name}；${near ? `是否想写 ${near}？` : '没有可删除的内容'}`,
  });
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
