/** Models and adapters on this machine, found by their files; nothing is opened but small JSON. */
import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { parseRunFile } from '../config/index.ts';
import { ConfigError } from '../core/index.ts';
import { type KeptModel, keptModels, licenseOfCard, parseHubName, STARTERS } from '../hub/index.ts';
import { listRuns } from '../runs/index.ts';
import { runId } from './run-list.ts';
import type { Adapter, Model } from './wire/index.ts';
import type { Workspace } from './workspace.ts';

const WEIGHTS = ['.safetensors', '.gguf', '.bin'];
/** Models lie as <folder>/<model> or <folder>/<owner>/<model>. */
const DEPTH = 2;

export function listModels(workspace: Workspace): Model[] {
  const kept = keptModels();
  const [own, ...others] = workspace.modelFolders;
  return [
    ...starters(kept),
    ...kept.filter(({ name }) => !name.startsWith('starter:')).map(ofHub),
    ...modelsBelow(own!, DEPTH).map((model): Model => ({ ...model, removes: 'files' })),
    ...others.flatMap((folder) => modelsBelow(folder, DEPTH)),
    ...workspace.addedModels.flatMap((path) =>
      modelAt(dirname(path), basename(path)).map((model): Model => ({ ...model, removes: 'entry' })),
    ),
  ];
}

/** Adapters that runs left, the latest first. */
export function listAdapters(workspace: Workspace): Adapter[] {
  return listRuns().flatMap(({ output_dir, model, dataset, started, view }): Adapter[] => {
    const config = readJson(join(output_dir, 'adapter_config.json'));
    if (!config) return [];
    const template = templateOf(view.runFile);
    const { r: rank } = config;
    return [
      {
        path: workspace.shown(output_dir),
        run: runId(output_dir),
        base: baseName(model),
        dataset,
        made: view.process?.ended ?? started,
        sizeBytes: weightBytesIn(output_dir),
        ...(typeof rank === 'number' && { rank }),
        ...(template !== undefined && { template }),
      },
    ];
  });
}

/** Whether a starter lies in the cache. */
export function isStarterHere(name: string): boolean {
  return keptModels().some((kept) => kept.name === name && kept.model !== undefined);
}

/** A folder or GGUF file that can be a model; empty where it is none. */
export function modelAt(folder: string, name: string): Model[] {
  const path = join(folder, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() && extname(name).toLowerCase() === '.gguf') {
    return [
      {
        name: path,
        title: basename(path, extname(path)),
        kind: 'gguf',
        isHere: true,
        place: path,
        sizeBytes: found.size,
        mustAccept: false,
      },
    ];
  }
  const config = found?.isDirectory() ? readJson(join(path, 'config.json')) : undefined;
  if (!config) return [];
  const { model_type: family } = config;
  const license = licenseOfCard(path);
  return [
    {
      name: path,
      title: name,
      kind: 'folder',
      isHere: true,
      place: path,
      sizeBytes: weightBytesIn(path),
      mustAccept: false,
      ...(license !== undefined && { license }),
      ...(typeof family === 'string' && { family }),
    },
  ];
}

function starters(kept: readonly KeptModel[]): Model[] {
  return STARTERS.map(({ name, sizeBytes, license, template }) => {
    const here = kept.find((one) => one.name === `starter:${name}`);
    const isAccepted = here !== undefined && existsSync(join(here.path, 'license-accepted.json'));
    return {
      name: `starter:${name}`,
      title: name,
      kind: 'starter',
      isHere: here?.model !== undefined,
      sizeBytes,
      license: license.name,
      licenseAt: license.readAt,
      mustAccept: license.mustAccept && !isAccepted,
      template,
      ...(here?.model && { place: here.path, removes: 'files' as const }),
    };
  });
}

function ofHub({ name, path, sizeBytes, model, license }: KeptModel): Model {
  const config = model?.kind === 'folder' ? readJson(join(model.path, 'config.json')) : undefined;
  const family = config?.['model_type'];
  return {
    name,
    title: name,
    kind: 'hub',
    isHere: model !== undefined,
    place: path,
    sizeBytes,
    mustAccept: false,
    removes: 'files',
    ...(license !== undefined && { license }),
    ...(typeof family === 'string' && { family }),
  };
}

function modelsBelow(folder: string, depth: number): Model[] {
  return entriesOf(folder).flatMap((entry): Model[] => {
    if (entry.name.startsWith('.')) return [];
    const found = modelAt(folder, entry.name);
    if (found.length > 0 || !entry.isDirectory() || depth === 1) return found;
    return modelsBelow(join(folder, entry.name), depth - 1);
  });
}

/** On the command line the hub may be left out. */
function baseName(model: string): string {
  if (/^(starter|hf|ms):/.test(model) || existsSync(model)) return model;
  const onHub = parseHubName(model);
  return onHub ? `${onHub.hub}:${onHub.id}` : model;
}

function weightBytesIn(folder: string): number {
  return entriesOf(folder)
    .filter(({ name }) => WEIGHTS.includes(extname(name)))
    .reduce((sum, { name }) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

function entriesOf(folder: string): Dirent[] {
  return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
}

function templateOf(runFile: string | undefined): string | undefined {
  if (runFile === undefined) return undefined;
  try {
    const { template } = parseRunFile(runFile, 'run.yaml');
    return typeof template === 'string' ? template : undefined;
  } catch (error) {
    if (error instanceof ConfigError) return undefined; // edited by hand since
    throw error;
  }
}

function readJson(path: string): Record<string, unknown> | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined; // not a model then
  }
}
