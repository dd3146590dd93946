/** Data sets on hubs become files on this machine: those that the caller chooses of a repository, and no others. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../core/index.ts';
import { type FetchRepositoryOptions, fetchInto } from './fetch-repository.ts';
import { cachedFolder, cachedListing } from './hub-cache.ts';
import { HubClient } from './hub-request.ts';
import { defaultHub, hubSettings } from './hub-settings.ts';
import { checkRevision, type RepositoryName, readRepository } from './repository.ts';

/** @param card the text of the repository's README.md @returns the paths that are meant, in their order */
type ChooseFiles = (paths: readonly string[], card: string | undefined) => readonly string[];

/** A data set by its name on one hub or on both, where USE_MODELSCOPE_HUB says which. */
interface DatasetRequest {
  readonly hf: string | undefined;
  readonly ms: string | undefined;
  readonly revision: string | undefined;
  readonly choose: ChooseFiles;
}

const CARD = 'README.md';

/** @returns what brings the chosen files of a data set here, and gives their absolute paths */
export function datasetFetcher(
  options: FetchRepositoryOptions = {},
): (request: DatasetRequest) => Promise<readonly string[]> {
  return async ({ hf, ms, revision, choose }) => {
    const isModelScope = ms !== undefined && (hf === undefined || defaultHub() === 'ms');
    const client = new HubClient(hubSettings(isModelScope ? 'ms' : 'hf'));
    const id = (isModelScope ? ms : hf)!;
    try {
      return await fetchDataset(
        client,
        { kind: 'dataset', id, revision: checkRevision(revision) },
        choose,
        options,
      );
    } finally {
      await client.close();
    }
  };
}

/** @throws HubError, StorageError, and whatever the choice throws */
async function fetchDataset(
  client: HubClient,
  name: RepositoryName,
  choose: ChooseFiles,
  options: FetchRepositoryOptions = {},
): Promise<readonly string[]> {
  const here = options.refresh ? undefined : filesHere(client, name, choose);
  if (here) return here;
  const repository = await readRepository(client, name);
  const { files } = repository;
  const cards = files.filter(({ path }) => path === CARD);
  const cardFolder = await fetchInto(client, repository, cards, { ...options, onProgress: undefined });
  const chosen = choose(
    files.map(({ path }) => path),
    cardIn(cardFolder),
  );
  const wanted = chosen.map((path) => files.find((file) => file.path === path)!);
  const folder = await fetchInto(client, repository, wanted, options);
  return chosen.map((path) => join(folder, path));
}

/** What was fetched before, if it is all that is meant now. */
function filesHere(
  { settings }: HubClient,
  name: RepositoryName,
  choose: ChooseFiles,
): readonly string[] | undefined {
  const folder = cachedFolder(settings, name);
  if (!folder) return undefined;
  const paths = cachedListing(settings, name)?.paths ?? (settings.isOffline ? pathsIn(folder) : undefined);
  if (!paths) return undefined;
  try {
    const chosen = choose(paths, cardIn(folder)).map((path) => join(folder, path));
    return chosen.every((path) => existsSync(path)) ? chosen : undefined;
  } catch (error) {
    // The hub may have it by now.
    if (error instanceof DataError && !settings.isOffline) return undefined;
    throw error;
  }
}

function cardIn(folder: string): string | undefined {
  const path = join(folder, CARD);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function pathsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.includes('.tunesmith-'));
}
