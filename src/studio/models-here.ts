/** Models and adapters on this machine, found by their files; nothing is opened but small JSON. */
import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parseRunFile } from '../config/index.ts';
import { ConfigError, cacheFolder } from '../core/index.ts';
import { STARTERS } from '../hub/index.ts';
import { listRuns } from '../runs/index.ts';
import { runId } from './run-list.ts';
import type { Adapter, Model } from './wire/index.ts';
import type { Workspace } from './workspace.ts';

const WEIGHTS = ['.safetensors', '.gguf', '.bin'];
/** Models lie as <folder>/<model> or <folder>/<owner>/<model>. */
const DEPTH = 2;

export function listModels(workspace: Workspace): Model[] {
  return [...starters(), ...workspace.modelFolders.flatMap((folder) => modelsBelow(folder, DEPTH))];
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
        base: model,
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
  const starter = STARTERS.find((one) => `starter:${one.name}` === name);
  return starter !== undefined && existsSync(join(starterFolder(starter.name), starter.fileName));
}

function starters(): Model[] {
  return STARTERS.map(({ name, fileName, sizeBytes, license, template }) => ({
    name: `starter:${name}`,
    title: name,
    kind: 'starter',
    isHere: existsSync(join(starterFolder(name), fileName)),
    sizeBytes,
    license: license.name,
    licenseAt: license.readAt,
    mustAccept: license.mustAccept && !existsSync(join(starterFolder(name), 'license-accepted.json')),
    template,
  }));
}

function starterFolder(name: string): string {
  return join(cacheFolder(), 'models', name);
}

function modelsBelow(folder: string, depth: number): Model[] {
  return entriesOf(folder).flatMap((entry): Model[] => {
    const path = join(folder, entry.name);
    if (entry.isFile() && extname(entry.name) === '.gguf') {
      const title = basename(path, '.gguf');
      return [
        { name: path, title, kind: 'gguf', isHere: true, sizeBytes: statSync(path).size, mustAccept: false },
      ];
    }
    if (!entry.isDirectory() || entry.name.startsWith('.')) return [];
    const config = readJson(join(path, 'config.json'));
    if (!config) return depth > 1 ? modelsBelow(path, depth - 1) : [];
    const { model_type: family } = config;
    return [
      {
        name: path,
        title: basename(path),
        kind: 'folder',
        isHere: true,
        sizeBytes: weightBytesIn(path),
        mustAccept: false,
        ...(typeof family === 'string' && { family }),
      },
    ];
  });
}

function weightBytesIn(folder: string): number {
  return entriesOf(folder)
    .filter((entry) => entry.isFile() && WEIGHTS.includes(extname(entry.name)))
    .reduce((sum, { name }) => sum + statSync(join(folder, name)).size, 0);
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
