/** The data sets of the workspace as its dataset_info.json names them; a bin for those that were removed. */
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { DataError, messageOf, writeJsonAtomic } from '../core/index.ts';
import { MissingError } from './bind-route.ts';
import type { Binned, Dataset } from './wire/index.ts';
import type { Workspace } from './workspace.ts';

const Info = z.record(
  z.string(),
  z.looseObject({
    file_name: z.string().optional(),
    formatting: z.string().optional(),
    hf_hub_url: z.string().nullish(),
    ms_hub_url: z.string().nullish(),
  }),
);
type Info = z.infer<typeof Info>;

const BIN_ID = /^\d{14}-[\w-]{1,40}$/;
/** What was deleted so long ago is not missed. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

export class DatasetList {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  list(): Dataset[] {
    return Object.entries(this.#read()).map(([name, entry]) => {
      const { file_name: file = '', formatting = 'alpaca' } = entry;
      const hub = entry.hf_hub_url || entry.ms_hub_url;
      // Fetched when it is trained on.
      if (hub) return { name, file: hub, formatting };
      const path = join(this.#workspace.data, file);
      // Of one on a hub nothing is known before it is read.
      if (entry['hf_hub_url'] || entry['ms_hub_url']) return { name, file, formatting };
      if (file === '' || !existsSync(path)) {
        return {
          name,
          file,
          formatting,
          problem: {
            message: `${file || 'file_name'}: there is no such file in the data folder`,
            zh: `${file || 'file_name'}：数据文件夹中没有这个文件`,
          },
        };
      }
      const { size: sizeBytes, mtime } = statSync(path);
      return { name, file, formatting, sizeBytes, changed: mtime.toISOString() };
    });
  }

  /** Where a data set lies, with what tells its versions apart. @throws MissingError */
  place(name: string): { datasetDir: string; name: string; version: string; path: string } {
    const info = this.#read();
    const entry = Object.hasOwn(info, name) ? info[name] : undefined;
    if (!entry)
      throw new MissingError({
        en: `data set ${name.slice(0, 100)}: is not in dataset_info.json; choose one of the list`,
        zh: `数据集 ${name.slice(0, 100)}：不在 dataset_info.json 中；请从列表中选择`,
      });
    const path = this.#workspace.inside(join('data', entry.file_name ?? ''), `data set ${name}`);
    const version = existsSync(path) ? `${statSync(path).mtimeMs} ${statSync(path).size}` : 'missing';
    return {
      datasetDir: this.#workspace.data,
      name,
      version: `${version} ${JSON.stringify(entry)}`,
      path,
    };
  }

  /** A file beside the data that is named for a data set, such as the record of its split. */
  companion(name: string, ending: string): string {
    return this.#workspace.inside(join('data', `${name}${ending}`), `data set ${name}`);
  }

  /** @throws DataError when a data set of this name, or a file that it would write, is there already */
  checkFree(name: string): void {
    if (Object.hasOwn(this.#read(), name)) {
      throw new DataError({
        en: `data set ${name}: is there already; choose another name, or delete it first`,
        zh: `数据集 ${name}：已存在；请换一个名称，或先删除它`,
      });
    }
    const taken = ['.jsonl', '_changes.jsonl'].map((ending) => this.companion(name, ending)).find(existsSync);
    if (taken) {
      throw new DataError({
        en: `data set ${name}: the file ${this.#workspace.shown(taken)} is there already; choose another name`,
        zh: `数据集 ${name}：文件 ${this.#workspace.shown(taken)} 已存在；请换一个名称`,
      });
    }
  }

  /** Takes the entry out, and its file where no other entry has it. @returns what brings it back */
  remove(name: string): string {
    this.place(name);
    const { [name]: entry, ...others } = this.#read();
    this.#emptyBin();
    const id = `${new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)}-${randomBytes(3).toString('hex')}`;
    const bin = this.#workspace.state('bin', id);
    mkdirSync(bin, { recursive: true });
    writeJsonAtomic(join(bin, 'entry.json'), { name, entry });
    const file = entry?.file_name;
    if (file && join(file) !== '.' && !Object.values(others).some((other) => other.file_name === file)) {
      const path = join(this.#workspace.data, file);
      if (existsSync(path)) renameSync(path, join(bin, 'file'));
    }
    writeJsonAtomic(this.#path(), others);
    return id;
  }

  /** What can be restored, the latest first. */
  bin(): Binned[] {
    const bin = this.#workspace.state('bin');
    if (!existsSync(bin)) return [];
    return readdirSync(bin)
      .filter((id) => BIN_ID.test(id) && existsSync(join(bin, id, 'entry.json')))
      .map((id) => {
        const path = join(bin, id, 'entry.json');
        const { name } = JSON.parse(readFileSync(path, 'utf8')) as { name: string };
        return { id, name, removed: statSync(path).mtime.toISOString() };
      })
      .sort((a, b) => (a.removed < b.removed ? 1 : -1));
  }

  restore(id: string): string {
    const bin = this.#workspace.state('bin', BIN_ID.test(id) ? id : 'none');
    if (!existsSync(join(bin, 'entry.json')))
      throw new MissingError({
        en: 'bin: it is not there any more; upload the data again',
        zh: '回收站：内容已不在；请重新上传数据',
      });
    const { name, entry } = JSON.parse(readFileSync(join(bin, 'entry.json'), 'utf8')) as {
      name: string;
      entry: Info[string];
    };
    const info = this.#read();
    if (Object.hasOwn(info, name))
      throw new DataError({
        en: `data set ${name}: there is another of this name now; rename that one first`,
        zh: `数据集 ${name}：现在已有同名数据集；请先将它改名`,
      });
    const target = this.#workspace.inside(join('data', entry?.file_name ?? ''), `data set ${name}`);
    if (existsSync(join(bin, 'file'))) {
      if (existsSync(target)) {
        throw new DataError({
          en: `data set ${name}: there is another file ${this.#workspace.shown(target)} now; rename that one first`,
          zh: `数据集 ${name}：现在已有文件 ${this.#workspace.shown(target)}；请先将它改名`,
        });
      }
      renameSync(join(bin, 'file'), target);
    }
    writeJsonAtomic(this.#path(), { ...info, [name]: entry });
    renameSync(join(bin, 'entry.json'), join(bin, 'restored.json'));
    return name;
  }

  /** Copies an example folder's files and entries; names that are there already stay. */
  addExample(folder: string, prefix: string): string[] {
    const info = this.#read();
    const example = Info.parse(JSON.parse(readFileSync(join(folder, 'dataset_info.json'), 'utf8')));
    for (const [name, entry] of Object.entries(example)) {
      const file = `${prefix}/${entry.file_name}`;
      mkdirSync(dirname(join(this.#workspace.data, file)), { recursive: true });
      cpSync(join(folder, entry.file_name!), join(this.#workspace.data, file));
      info[name] = {
        ...entry,
        file_name: relative(this.#workspace.data, join(this.#workspace.data, file)).split(sep).join('/'),
      };
    }
    writeJsonAtomic(this.#path(), info);
    return Object.keys(example);
  }

  #emptyBin(): void {
    const bin = this.#workspace.state('bin');
    for (const id of existsSync(bin) ? readdirSync(bin) : []) {
      const path = join(bin, id);
      if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
    }
  }

  #path(): string {
    return join(this.#workspace.data, 'dataset_info.json');
  }

  /** @throws DataError when the file is broken */
  #read(): Info {
    const path = this.#path();
    if (!existsSync(path)) return {};
    try {
      return Info.parse(JSON.parse(readFileSync(path, 'utf8').replace(/^\ufeff/, '')));
    } catch (error) {
      throw new DataError(
        {
          en: `${path}: cannot be read, ${messageOf(error)}; mend it by hand`,
          zh: `${path}：无法读取，${messageOf(error, 'zh')}；请手动修正`,
        },
        error,
      );
    }
  }
}
