/**
 * Which files of a hub's repository hold the rows that an entry means by folder, subset and split: as the repository's
 * card says, else as its files are called. The rules are those of the Python library datasets. Fetches nothing.
 * @see the documentation of the Hugging Face Hub on "Data files Configuration"
 */
import { extname } from 'node:path';
import { parse } from 'yaml';
import { DataError, nearestName } from '../core/index.ts';
import type { DatasetEntry } from './dataset-info.ts';
import { READERS } from './readers/index.ts';
import { isObject } from './row-values.ts';
import { SPLITS, saysSplit } from './split-words.ts';

/** What an entry names on hubs; one of the two at least. */
export interface HubSource {
  /** `org/name` on Hugging Face. */
  readonly hf: string | undefined;
  /** On ModelScope. */
  readonly ms: string | undefined;
  /** A branch, a tag or a commit; the main branch when absent. */
  readonly revision: string | undefined;
}

export interface HubRequest extends HubSource {
  /**
   * Chooses among all paths of the repository, in their order.
   * @param card the text of its README.md
   * @throws DataError when none is meant
   */
  choose(paths: readonly string[], card: string | undefined): string[];
}

/** Brings files of a hub onto this machine. @returns the absolute paths of those chosen, in their order */
export type FetchFiles = (request: HubRequest) => Promise<readonly string[]>;

type Choice = Pick<DatasetEntry, 'name' | 'folder' | 'subset' | 'split'>;
/** Split to the patterns of its files. */
type Patterns = ReadonlyMap<string, readonly string[]>;

/** What lies beside rows and holds none. */
const NOT_ROWS = /(^|\/)(\.|__|(config|dataset_infos?|dataset_dict)\.json$|requirements\.|README|LICENSE)/i;
/** A pattern with more could take a day to compare. */
const MOST_STARS = 12;
/** No path is empty. */
const NOTHING = /^$/;
const SHARD = /(?:^|\/)data\/([\w.]+)-\d{5}-of-\d{5}[^/]*$/;

export function chooseFiles(entry: Choice, paths: readonly string[], card: string | undefined): string[] {
  const { name, folder, subset } = entry;
  const split = entry.split?.name ?? 'train';
  const tables = paths.filter((path) => typeOf(path) in READERS && !NOT_ROWS.test(path)).sort();
  // A folder is looked at by itself, whatever the card says of the whole.
  const config = folder === undefined ? configOf(entry, card) : undefined;
  const within = folder ?? config?.folder ?? '';
  const inside = below(within, tables);
  const parts = config?.patterns ? bySplit(config.patterns, within, tables) : named(subset, within, inside);
  const files = parts.get(split) ?? [];
  if (files.length > 0) return ofOneType(files);
  const place = within === '' ? '' : ` in ${within}`;
  if (inside.length === 0 && !config?.patterns) {
    throw new DataError({
      en: `data set "${name}": there is no file of rows${place} on the hub (${Object.keys(READERS).join(', ')}); check folder, or choose another data set`,
      zh: `数据集 "${name}"：模型库${within === '' ? '' : `的 ${within} `}中没有数据文件（${Object.keys(READERS).join(', ')}）；请检查 folder，或换一个数据集`,
    });
  }
  throw new DataError({
    en: `data set "${name}": split "${split}" is not${place || ' there'}; it has ${[...parts.keys()].join(', ') || 'none'}; set split to one of them`,
    zh: `数据集 "${name}"：${within === '' ? '其中' : `${within} 中`}没有划分 "${split}"；现有 ${[...parts.keys()].join(', ') || '无'}；请把 split 设为其中之一`,
  });
}

/** What the card says of the subset that is meant, or of the one that is taken where none is named. */
function configOf(
  { name, subset }: Choice,
  card: string | undefined,
): { folder: string | undefined; patterns: Patterns | undefined } | undefined {
  const configs = configsOf(card);
  const names = configs.map(({ config_name = 'default' }) => String(config_name));
  if (configs.length === 0) return undefined;
  const plain = Math.max(
    0,
    configs.findIndex(({ default: isDefault }, index) => isDefault === true || names[index] === 'default'),
  );
  const place = subset === undefined ? plain : names.indexOf(subset);
  const config = configs[place];
  if (!config) {
    const near = nearestName(subset!, names);
    throw new DataError({
      en: `data set "${name}": subset "${subset}" is not among ${names.join(', ')}; ${near ? `did you mean "${near}"?` : 'set subset to one of them'}`,
      zh: `数据集 "${name}"：没有子集 "${subset}"，现有 ${names.join(', ')}；${near ? `是否想写 "${near}"？` : '请把 subset 设为其中之一'}`,
    });
  }
  const { data_dir: folder, data_files: files } = config;
  return {
    folder: typeof folder === 'string' ? folder.replace(/^\.?\/|\/$/g, '') : undefined,
    patterns: patternsOf(files),
  };
}

function configsOf(card: string | undefined): Readonly<Record<string, unknown>>[] {
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card ?? '')?.[1];
  if (front === undefined) return [];
  try {
    const value: unknown = parse(front);
    const configs: unknown = isObject(value) ? value['configs'] : undefined;
    return Array.isArray(configs) ? configs.filter(isObject) : [];
  } catch {
    return []; // A card that cannot be read says nothing of its files.
  }
}

function patternsOf(files: unknown): Patterns | undefined {
  if (files === undefined || files === null) return undefined;
  const patterns = new Map<string, string[]>();
  for (const item of [files].flat()) {
    const { split = 'train', path = item } = isObject(item) ? item : {};
    const list = [path].flat().filter((each): each is string => typeof each === 'string');
    patterns.set(String(split), [...(patterns.get(String(split)) ?? []), ...list]);
  }
  return patterns;
}

function bySplit(patterns: Patterns, within: string, tables: readonly string[]): Map<string, string[]> {
  const found = [...patterns].map(([split, list]): [string, string[]] => {
    const tests = list.map((pattern) => globTest(within === '' ? pattern : `${within}/${pattern}`));
    return [split, tables.filter((path) => tests.some((test) => test.test(path)))];
  });
  return new Map(found);
}

/** By the names of files and folders: shards of a split, else words for it, else all are train. */
function named(
  subset: string | undefined,
  within: string,
  inside: readonly string[],
): Map<string, readonly string[]> {
  const inner = subset === undefined ? [] : below(within === '' ? subset : `${within}/${subset}`, inside);
  const paths = inner.length > 0 ? inner : inside;
  const shards = grouped(paths, (path) => SHARD.exec(path)?.[1]);
  if (shards.size > 0) return shards;
  const parts = SPLITS.map((split): [string, string[]] => [
    split,
    paths.filter((path) => saysSplit(path.slice(within.length), split)),
  ]);
  const filled = parts.filter(([, files]) => files.length > 0);
  return new Map<string, readonly string[]>(filled.length > 0 ? filled : [['train', paths]]);
}

function below(folder: string, paths: readonly string[]): string[] {
  return paths.filter((path) => folder === '' || path.startsWith(`${folder}/`));
}

/** Of files of several types, those of the most frequent one: the others are not rows of the same kind. */
function ofOneType(files: readonly string[]): string[] {
  const types = [...grouped(files, typeOf).values()];
  return types.reduce((most, type) => (type.length > most.length ? type : most));
}

function grouped(
  paths: readonly string[],
  keyOf: (path: string) => string | undefined,
): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const key = keyOf(path);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(path);
    else groups.set(key, [path]);
  }
  return groups;
}

function typeOf(path: string): string {
  const extension = extname(path).toLowerCase();
  return extension === '.jsonl' ? '.json' : extension;
}

/** `**` crosses folders; `*`, `?` and `[…]` do not. */
function globTest(pattern: string): RegExp {
  const clean = pattern.replace(/^\.?\//, '');
  if (clean.split('*').length > MOST_STARS) return NOTHING;
  const source = clean.replace(/\*\*\/|\*\*|\*|\?|\[[^\]]*\]|[\\^$.|+(){}[\]]/g, (piece) => {
    if (piece === '**/') return '(?:.*/)?';
    if (piece === '**') return '.*';
    if (piece === '*') return '[^/]*';
    if (piece === '?') return '[^/]';
    if (piece.length > 1) return piece.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return `\\${piece}`;
  });
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return NOTHING; // A range that runs backwards, as in [z-a].
  }
}
