/** What a hub says of a model before anything is downloaded but its config.json. */
import { HubError } from '../core/index.ts';
import { type HubModelName, parseHubName } from './fetch-repository.ts';
import { HubClient } from './hub-request.ts';
import { hubSettings } from './hub-settings.ts';
import { chooseModelFiles, type ModelChoice } from './needed-files.ts';
import { readRepository, whatOf } from './repository.ts';
import { revisionOf } from './resolve-model.ts';

export interface HubModel {
  readonly id: string;
  readonly endpoint: string;
  readonly kind: ModelChoice['kind'];
  readonly license: string | undefined;
  /** What would be downloaded. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
  /** Absent where the repository has none, as many of GGUF files do. */
  readonly config: Readonly<Record<string, unknown>> | undefined;
}

/**
 * @param revision a branch, a tag or a commit; `@revision` in the name wins over it
 * @throws HubError when the name is none on a hub, or the hub refuses it
 */
export async function describeHubModel(text: string, revision?: string): Promise<HubModel> {
  const name = parseHubName(text);
  if (!name)
    throw new HubError({
      en: `hub: ${text} is no name on a hub; write org/name`,
      zh: `模型库：${text} 不是模型库上的名称；请写成 org/name`,
    });
  const client = new HubClient(hubSettings(name.hub));
  try {
    return await describe(client, { ...name, revision: revisionOf(name, revision) });
  } finally {
    await client.close();
  }
}

async function describe(client: HubClient, name: HubModelName): Promise<HubModel> {
  const repository = await readRepository(client, name);
  const { kind, files } = chooseModelFiles(name.id, repository.files, name.quantization);
  const config = repository.files.find(({ path }) => path === 'config.json');
  return {
    id: name.id,
    endpoint: client.settings.endpoint,
    kind,
    license: repository.license,
    files: files.map(({ path, sizeBytes }) => ({ path, sizeBytes })),
    config:
      config &&
      ((await client.json(config.url, `config.json of ${whatOf(name)}`)) as Record<string, unknown>),
  };
}
