/**
 * The folder that the studio works in: data, runs, models of one's own, and its own records. No path that comes from a
 * request leads out of it, also not by a link.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ConfigError, writeJsonAtomic } from '../core/index.ts';

export class Workspace {
  /** Absolute, links followed. */
  readonly root: string;
  readonly #modelFolders: readonly string[];
  /** What jobs are given that say nothing else: settings of a run file. */
  defaults: Readonly<Record<string, unknown>> = {};

  /** @param modelFolders where models lie besides the workspace; they are read only */
  constructor(root: string, modelFolders: readonly string[] = []) {
    mkdirSync(root, { recursive: true });
    this.root = realpathSync(root);
    this.#modelFolders = modelFolders
      .filter((folder) => existsSync(folder))
      .map((folder) => realpathSync(folder));
  }

  get data(): string {
    return join(this.root, 'data');
  }

  get runs(): string {
    return join(this.root, 'saves');
  }

  /** Jobs, uploads, the bin. */
  state(...parts: readonly string[]): string {
    return join(this.root, '.tunesmith', ...parts);
  }

  get modelFolders(): readonly string[] {
    return [join(this.root, 'models'), ...this.#modelFolders];
  }

  /** Models elsewhere that were added one by one: folders and GGUF files, absolute. */
  get addedModels(): readonly string[] {
    const path = this.state('models.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as string[]) : [];
  }

  addModel(path: string): void {
    writeJsonAtomic(this.state('models.json'), [...new Set([...this.addedModels, path])]);
  }

  dropModel(path: string): void {
    writeJsonAtomic(
      this.state('models.json'),
      this.addedModels.filter((added) => added !== path),
    );
  }

  /**
   * A path as a run file may say it, absolute.
   * @throws ConfigError when it lies outside
   */
  inside(path: string, what: string): string {
    const absolute = resolve(this.root, path);
    if (!isWithin(this.root, followed(absolute))) {
      throw new ConfigError({
        en: `${what}: ${path} lies outside of the workspace ${this.root}; choose a folder in it`,
        zh: `${what}：${path} 位于工作目录 ${this.root} 之外；请选择其中的文件夹`,
      });
    }
    return absolute;
  }

  /** The same for a model, which may also lie in a folder of models. */
  model(path: string): string {
    const absolute = resolve(this.root, path);
    if (this.addedModels.includes(absolute)) return absolute;
    if ([this.root, ...this.#modelFolders].some((folder) => isWithin(folder, followed(absolute))))
      return absolute;
    throw new ConfigError({
      en: `model_name_or_path: ${path} lies outside of the workspace; start the studio with --models and the folder that holds it`,
      zh: `model_name_or_path：${path} 位于工作目录之外；请用 --models 加上它所在的文件夹启动 studio`,
    });
  }

  /** Relative to the workspace where it lies there. */
  shown(path: string): string {
    return isWithin(this.root, path) ? relative(this.root, path) || '.' : path;
  }
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The path with links followed, as far as it exists. */
function followed(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(followed(parent), basename(path));
}
