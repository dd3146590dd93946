/** Where a run's model and adapters lie on this machine: fetched where they have to be, as the run file says. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunConfig } from '../config/index.ts';
import type { OnProgress } from '../core/index.ts';
import { type LicenseNotice, type ResolvedModel, resolveAdapter, resolveModel } from '../hub/index.ts';

export interface FindOptions {
  readonly onProgress?: OnProgress | undefined;
  /** Asked once for a model whose licence has to be accepted; accept_license answers it beforehand. */
  readonly acceptLicense?: ((notice: LicenseNotice) => Promise<boolean>) | undefined;
}

/** @throws HubError when there is no such model */
export function findModel(
  config: RunConfig,
  { onProgress, acceptLicense }: FindOptions = {},
): Promise<ResolvedModel> {
  return resolveModel(config.model_name_or_path, {
    acceptLicense: config.accept_license || (acceptLicense ?? false),
    revision: config.model_revision,
    ...(onProgress && { onProgress }),
    ...(config.cache_dir === null ? {} : { cacheFolder: resolve(config.cache_dir) }),
  });
}

/**
 * The same settings with the folders of the adapters in place of their names.
 * @throws HubError when a hub has no such adapter
 */
export async function withAdapters(config: RunConfig, { onProgress }: FindOptions = {}): Promise<RunConfig> {
  const folders: string[] = [];
  for (const name of config.adapter_name_or_path) {
    folders.push(await resolveAdapter(name, { onProgress, revision: config.model_revision }));
  }
  return { ...config, adapter_name_or_path: folders };
}

/** Paths that hold in any folder; names on hubs stay what they are. */
export function placed(nameOrPath: string): string {
  return existsSync(nameOrPath) ? resolve(nameOrPath) : nameOrPath;
}
