/** Turns what a person wrote for `adapter_name_or_path` into a folder on this machine: one that is here, or one of a hub. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { OnProgress } from '../core/index.ts';
import { fetchAdapter, parseHubName } from './fetch-repository.ts';
import { HubClient } from './hub-request.ts';
import { hubSettings } from './hub-settings.ts';
import { revisionOf } from './resolve-model.ts';

export interface ResolveAdapterOptions {
  readonly onProgress?: OnProgress | undefined;
  /** A branch, a tag or a commit of a hub; `@revision` in the name wins over it. */
  readonly revision?: string | undefined;
}

/**
 * @returns an absolute path; also of a folder that is not there, which whoever reads it says
 * @throws HubError when the hub has no such adapter
 */
export async function resolveAdapter(
  nameOrPath: string,
  { onProgress, revision }: ResolveAdapterOptions = {},
): Promise<string> {
  const name = existsSync(nameOrPath) ? undefined : parseHubName(nameOrPath);
  if (!name) return resolve(nameOrPath);
  const client = new HubClient(hubSettings(name.hub));
  try {
    return await fetchAdapter(client, { ...name, revision: revisionOf(name, revision) }, { onProgress });
  } finally {
    await client.close();
  }
}
