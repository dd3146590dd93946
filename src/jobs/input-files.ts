/**
 * The files that a run reads: of its model, its adapters, its data sets. Who hashes them knows whether a result still
 * holds. Fetches the model where it has to be; reads no contents.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunConfig } from '../config/index.ts';
import { readDatasetInfo } from '../data/index.ts';
import { resolveModel } from '../hub/index.ts';
import type { OpenOptions } from './open-model.ts';

export interface ModelFiles {
  /** What a person calls the model. */
  readonly name: string;
  readonly files: readonly string[];
  /** Of each adapter on it. */
  readonly adapters: readonly (readonly string[])[];
}

export interface DatasetFiles {
  readonly name: string;
  /** How it is read, as dataset_info.json says; without its path. */
  readonly entry: object;
  readonly files: readonly string[];
}

/** Files of a model folder that decide what it computes. */
const MODEL_FILES = /\.(json|safetensors|gguf|bin|model|jinja|txt)$/i;
const ADAPTER_FILES = /^adapter_(config|model)\./;

/** @throws HubError when there is no such model */
export async function modelFiles(
  config: RunConfig,
  { onProgress, acceptLicense }: OpenOptions = {},
): Promise<ModelFiles> {
  const { kind, path, name } = await resolveModel(config.model_name_or_path, {
    acceptLicense: acceptLicense ?? config.accept_license,
    ...(onProgress && { onProgress }),
    ...(config.cache_dir === null ? {} : { cacheFolder: resolve(config.cache_dir) }),
  });
  return {
    name,
    files: kind === 'gguf' ? [path] : filesIn(path, MODEL_FILES),
    adapters: config.adapter_name_or_path.map((folder) => filesIn(resolve(folder), ADAPTER_FILES)),
  };
}

/** @throws DataError when a data set is not named in dataset_info.json */
export function datasetFiles({ dataset_dir, dataset, eval_dataset }: RunConfig): DatasetFiles[] {
  return readDatasetInfo(dataset_dir, [...dataset, ...eval_dataset]).map(({ name, path, ...entry }) => ({
    name,
    entry,
    files: existsSync(path) && statSync(path).isDirectory() ? filesBelow(path) : [resolve(path)],
  }));
}

function filesIn(folder: string, names: RegExp): string[] {
  const found = readdirSync(folder, { withFileTypes: true });
  return found
    .filter((entry) => entry.isFile() && names.test(entry.name))
    .map(({ name }) => join(folder, name))
    .sort();
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}
