/**
 * The files that a run reads: of its model, its adapters, its data sets. Who hashes them knows whether a result still
 * holds. Fetches the model where it has to be; reads no contents.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunConfig } from '../config/index.ts';
import { openDatasets } from '../data/index.ts';
import { datasetFetcher } from '../hub/index.ts';
import { findModel, withAdapters } from './find-model.ts';
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
export async function modelFiles(config: RunConfig, options: OpenOptions = {}): Promise<ModelFiles> {
  const { kind, path, name } = await findModel(config, options);
  const { adapter_name_or_path: adapters } = await withAdapters(config, options);
  return {
    name,
    files: kind === 'gguf' ? [path] : filesIn(path, MODEL_FILES),
    adapters: adapters.map((folder) => filesIn(folder, ADAPTER_FILES)),
  };
}

/** @throws DataError when a data set is not named in dataset_info.json, HubError when its hub has it not */
export async function datasetFiles(config: RunConfig): Promise<DatasetFiles[]> {
  const { dataset_dir: datasetDir, dataset, eval_dataset } = config;
  const place = { datasetDir, fetchFiles: datasetFetcher() };
  const entries = await openDatasets([...dataset, ...eval_dataset], place);
  return entries.map(({ name, path, files, ...entry }) => ({
    name,
    entry,
    files: files ?? (existsSync(path) && statSync(path).isDirectory() ? filesBelow(path) : [resolve(path)]),
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
