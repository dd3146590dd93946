/**
 * The list of runs on this machine: a file in the cache folder with one line a run started. It only points at run
 * directories, which are the truth: lines whose folder is gone are passed over, and a lost list is made again from
 * the folders.
 */
import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseRunFile } from '../config/index.ts';
import { ConfigError, cacheFolder, writeFileAtomic } from '../core/index.ts';
import { readProcess } from './claim.ts';
import { EVENTS_FILE } from './follow.ts';
import { JsonLinesWriter, readJsonLines } from './json-lines.ts';
import { openRunDirectory, RUN_FILE, type RunView } from './run-view.ts';

export interface RunIndexEntry {
  /** Absolute. */
  readonly output_dir: string;
  /** ISO 8601, in UTC. */
  readonly started: string;
  readonly model: string;
  /** Names, separated by commas. */
  readonly dataset: string;
}

export interface ListedRun extends RunIndexEntry {
  readonly view: RunView;
}

/** How deep below a folder runs are looked for: saves/<model>/<method>/<name> and one more. */
const SEARCH_DEPTH = 5;

/** Adds a run that starts. */
export function registerRun(entry: RunIndexEntry, cache = cacheFolder()): void {
  const writer = new JsonLinesWriter(indexFile(cache));
  writer.append({ ...entry, output_dir: resolve(entry.output_dir) });
  writer.close();
}

/** The runs whose folders are still there, each once, the one started last first. */
export function listRuns(cache = cacheFolder()): ListedRun[] {
  return readEntries(cache)
    .filter(({ output_dir }) => isRunDirectory(output_dir))
    .map((entry) => ({ ...entry, view: openRunDirectory(entry.output_dir) }))
    .sort((a, b) => (a.started < b.started ? 1 : -1));
}

/**
 * Looks for run directories in and below the folders and adds those that the list lacks.
 * @returns how many runs the list has now
 */
export function rebuildRunIndex(folders: readonly string[], cache = cacheFolder()): number {
  const known = readEntries(cache).filter(({ output_dir }) => isRunDirectory(output_dir));
  const paths = new Set(known.map((entry) => entry.output_dir));
  const found = folders
    .flatMap((folder) => findRunDirectories(resolve(folder), SEARCH_DEPTH))
    .filter((path) => !paths.has(path));
  const entries = [...known, ...found.map(describe)];
  writeFileAtomic(indexFile(cache), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  return entries.length;
}

function indexFile(cache: string): string {
  return join(cache, 'runs', 'index.jsonl');
}

/** The last line of each run; lines that are no entries are passed over. */
function readEntries(cache: string): RunIndexEntry[] {
  const entries = new Map<string, RunIndexEntry>();
  for (const { value } of readJsonLines(indexFile(cache)).lines) {
    const entry = value as Partial<RunIndexEntry> | null;
    if (typeof entry?.output_dir !== 'string') continue;
    const { output_dir, started = '', model = '', dataset = '' } = entry;
    entries.set(output_dir, { output_dir, started, model, dataset });
  }
  return [...entries.values()];
}

function findRunDirectories(folder: string, depth: number): string[] {
  if (isRunDirectory(folder)) return [folder];
  if (depth === 0) return [];
  return subfolders(folder).flatMap((name) => findRunDirectories(join(folder, name), depth - 1));
}

function subfolders(folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return []; // gone, or not ours to look into
    throw error;
  }
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map((entry) => entry.name);
}

function isRunDirectory(folder: string): boolean {
  return existsSync(join(folder, RUN_FILE)) && existsSync(join(folder, EVENTS_FILE));
}

function describe(outputDir: string): RunIndexEntry {
  const settings = readSettings(join(outputDir, RUN_FILE));
  const text = (key: string) => (settings[key] === undefined ? '' : String(settings[key]));
  return {
    output_dir: outputDir,
    started: readProcess(outputDir)?.started ?? '',
    model: text('model_name_or_path'),
    dataset: text('dataset'),
  };
}

function readSettings(path: string): Record<string, unknown> {
  try {
    return parseRunFile(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof ConfigError) return {}; // edited by hand since: the run is listed all the same
    throw error;
  }
}
