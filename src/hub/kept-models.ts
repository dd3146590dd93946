/** What models are on this machine by their names: starters and what the caches of hubs hold. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, HubError, nearestName } from '../core/index.ts';
import { cachedRepositories } from './hub-cache.ts';
import { hubSettings } from './hub-settings.ts';
import { STARTER_PREFIX, STARTERS } from './starters.ts';

export interface KeptModel {
  /** As model_name_or_path takes it. */
  readonly name: string;
  /** The folder that is all of it. */
  readonly path: string;
  readonly sizeBytes: number;
}

export function keptModels(): KeptModel[] {
  const folder = join(cacheFolder(), 'models');
  const starters = STARTERS.flatMap(({ name }): KeptModel[] => {
    const path = join(folder, name);
    return existsSync(path) ? [{ name: STARTER_PREFIX + name, path, sizeBytes: sizeOf(path) }] : [];
  });
  const ofHubs = (['hf', 'ms'] as const).flatMap((hub) =>
    cachedRepositories(hubSettings(hub))
      .filter(({ kind }) => kind === 'model')
      .map(({ id, root, sizeBytes }) => ({ name: `${hub}:${id}`, path: root, sizeBytes })),
  );
  return [...starters, ...ofHubs];
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
  throw new HubError(
    `hub: ${name} is not on this machine; ${near ? `did you mean ${near}?` : 'nothing is to be removed'}`,
  );
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
