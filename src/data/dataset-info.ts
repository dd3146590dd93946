/**
 * dataset_info.json: what a data set's name stands for. The file, how its rows are laid out, and which column or
 * tag means what, in LLaMA-Factory's words. Reads no rows.
 */
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { type Bilingual, DataError, nearestName } from '../core/index.ts';
import { chooseFiles, type FetchFiles, type HubSource } from './hub-files.ts';
import { parseJson } from './parse-json.ts';
import { readText } from './read-text.ts';
import { describeValue, isObject } from './row-values.ts';

/** A name that is empty or null switches its column or tag off. */
const Name = z
  .string()
  .nullish()
  .transform((name) => name || undefined);

const ColumnNames = z.strictObject({
  prompt: Name,
  query: Name,
  response: Name,
  history: Name,
  messages: Name,
  system: Name,
  tools: Name,
  images: Name,
  videos: Name,
  audios: Name,
  chosen: Name,
  rejected: Name,
  kto_tag: Name,
});

const TagNames = z.strictObject({
  role_tag: Name,
  content_tag: Name,
  user_tag: Name,
  assistant_tag: Name,
  observation_tag: Name,
  function_tag: Name,
  system_tag: Name,
});

/** `org/name`, or a name alone as old data sets have. */
const HubName = z
  .string()
  .regex(/^[\w-][\w.-]*(\/[\w.-]+)?$/, 'write org/name')
  .nullish()
  .or(z.literal(''))
  .transform((name) => name || undefined);

const Entry = z.strictObject({
  file_name: z.string().min(1).optional(),
  hf_hub_url: HubName,
  ms_hub_url: HubName,
  // Beside a hub that is read they mean nothing.
  om_hub_url: Name,
  script_url: Name,
  cloud_file_name: Name,
  formatting: z.enum(['alpaca', 'sharegpt', 'openai']).default('alpaca'),
  ranking: z.boolean().default(false),
  num_samples: z.int().positive().nullish(),
  split: z.string().nullish(),
  columns: ColumnNames.optional(),
  tags: TagNames.optional(),
  subset: Name,
  folder: Name,
  // Which state of a hub's data set is meant; beside file_name it means nothing.
  revision: Name,
  // Written by older versions, read by none.
  file_sha1: z.string().nullish(),
});

/** Where rows would come from if neither from a hub nor from a file; they win over file_name. */
const REMOTE_KEYS = ['om_hub_url', 'script_url', 'cloud_file_name'];

const DEFAULT_COLUMNS: Columns = {
  prompt: 'instruction',
  query: 'input',
  response: 'output',
  messages: 'conversations',
};

const DEFAULT_TAGS: Tags = {
  role_tag: 'from',
  content_tag: 'value',
  user_tag: 'human',
  assistant_tag: 'gpt',
  observation_tag: 'observation',
  function_tag: 'function_call',
  system_tag: 'system',
};

/** What each column is called in the file; absent means off. */
export type Columns = Readonly<Partial<z.output<typeof ColumnNames>>>;
/** What the keys and roles of messages are called in the file; absent means off. */
type Tags = Readonly<Partial<z.output<typeof TagNames>>>;

/** A split, whole or in part: `train`, `train[:100]`, `train[80%:]`. */
export interface Split {
  /** As it is written. */
  readonly text: string;
  readonly name: string;
  readonly from: SplitEdge | undefined;
  readonly to: SplitEdge | undefined;
}

/** Rows from the start, or from the end where negative. */
export interface SplitEdge {
  readonly value: number;
  readonly isPercent: boolean;
}

export interface DatasetEntry {
  readonly name: string;
  /** A file, or a folder of files; the name of a data set on a hub. */
  readonly path: string;
  /** Where the rows are on hubs; they win over a file. */
  readonly hub: HubSource | undefined;
  /** The files of a hub's data set, once they are here. */
  readonly files?: readonly string[];
  readonly formatting: z.output<typeof Entry>['formatting'];
  readonly ranking: boolean;
  /** A folder inside of path. */
  readonly folder: string | undefined;
  /** A folder inside of path, or a workbook's sheet. */
  readonly subset: string | undefined;
  /** Absent: all rows. */
  readonly split: Split | undefined;
  /** Rows to draw at random, with repeats where it is more than there are. */
  readonly numSamples: number | undefined;
  readonly columns: Columns;
  /** Whether the columns were named there or are the defaults, which a file need not have. */
  readonly columnsNamed: boolean;
  readonly tags: Tags;
}

/**
 * The entries of the named data sets, in the order of the names.
 * @throws DataError with all problems of an entry and, for an unknown name or key, the nearest known one
 */
export function readDatasetInfo(datasetDir: string, names: readonly string[]): DatasetEntry[] {
  const path = infoPath(datasetDir);
  return names.map((name) => parseDatasetEntry(name, readRawEntry(datasetDir, name), datasetDir, path));
}

/** Where entries are found, and who fetches the files of those that lie on hubs. */
export interface DatasetPlace {
  /** The folder of dataset_info.json, which file names are relative to. */
  readonly datasetDir: string;
  /** Without it, data sets on hubs are refused. */
  readonly fetchFiles?: FetchFiles | undefined;
}

/**
 * The same entries, with their files on this machine.
 * @throws DataError as readDatasetInfo does, HubError when a hub's data set cannot be fetched
 */
export async function openDatasets(
  names: readonly string[],
  { datasetDir, fetchFiles }: DatasetPlace,
): Promise<DatasetEntry[]> {
  const opened: DatasetEntry[] = [];
  for (const entry of readDatasetInfo(datasetDir, names)) {
    const { hub, name } = entry;
    if (hub && !fetchFiles) {
      throw new DataError({
        en: `${infoPath(datasetDir)}: data set "${name}" lies on a hub, which is not asked here; download it and give file_name in place of hf_hub_url and ms_hub_url`,
        zh: `${infoPath(datasetDir)}：数据集 "${name}" 位于模型库，此处不联网；请下载后以 file_name 代替 hf_hub_url 和 ms_hub_url`,
      });
    }
    const choose = (paths: readonly string[], card: string | undefined) => chooseFiles(entry, paths, card);
    opened.push(hub ? { ...entry, files: await fetchFiles!({ ...hub, choose }) } : entry);
  }
  return opened;
}

/** One entry as it is written. @throws DataError when there is none */
export function readRawEntry(datasetDir: string, name: string): Readonly<Record<string, unknown>> {
  const path = infoPath(datasetDir);
  if (!existsSync(path)) {
    throw new DataError({
      en: `${path}: no such file; create it there or set dataset_dir to the folder that holds it`,
      zh: `${path}：没有这个文件；请创建它，或把 dataset_dir 设为它所在的文件夹`,
    });
  }
  const info = parseJson(readText(path), path);
  if (!isObject(info)) {
    throw new DataError({
      en: `${path}: is ${describeValue(info).en}; write { "<name>": { "file_name": "…" } }`,
      zh: `${path}：内容是${describeValue(info).zh}；请写成 { "<名称>": { "file_name": "…" } }`,
    });
  }
  if (Object.hasOwn(info, name)) return info[name] as Readonly<Record<string, unknown>>;
  const near = nearestName(name, Object.keys(info));
  throw new DataError({
    en: `${path}: no data set is called "${name}"; ${near ? `did you mean "${near}"?` : 'add it there'}`,
    zh: `${path}：没有名为 "${name}" 的数据集；${near ? `是否想写 "${near}"？` : '请在其中添加'}`,
  });
}

function infoPath(datasetDir: string): string {
  return join(datasetDir, 'dataset_info.json');
}

/**
 * One entry, checked, with the defaults filled in. As soon as `columns` is given, each column that it does not list
 * is off, and the same for `tags`: LLaMA-Factory's rule.
 * @param where the file that the entry stands in, for messages
 */
export function parseDatasetEntry(
  name: string,
  value: unknown,
  datasetDir: string,
  where: string,
): DatasetEntry {
  const fail = (problem: Bilingual): never => {
    throw new DataError({
      en: `${where}: data set "${name}": ${problem.en}`,
      zh: `${where}：数据集 "${name}"：${problem.zh}`,
    });
  };
  const hasHub = isObject(value) && Boolean(value['hf_hub_url'] || value['ms_hub_url']);
  const remote = isObject(value) ? REMOTE_KEYS.find((key) => Object.hasOwn(value, key)) : undefined;
  if (remote && !hasHub)
    fail({
      en: `${remote} cannot be read yet; download the file and give file_name in its place`,
      zh: `尚不支持 ${remote}；请下载文件，并以 file_name 代替`,
    });
  const { data, error } = Entry.safeParse(value);
  if (!data) {
    const problems = error.issues.map(problemOf);
    return fail({
      en: problems.map(({ en }) => en).join('; '),
      zh: problems.map(({ zh }) => zh).join('；'),
    });
  }
  const { hf_hub_url: hf, ms_hub_url: ms, file_name: file, revision } = data;
  const hub = hf || ms ? { hf, ms, revision } : undefined;
  if (!file && !hub) {
    return fail({
      en: 'names no file; add file_name, or hf_hub_url or ms_hub_url',
      zh: '没有指定文件；请加上 file_name，或 hf_hub_url、ms_hub_url',
    });
  }
  const split = data.split ? parseSplit(data.split) : undefined;
  if (data.split && !split) {
    fail({
      en: `split "${data.split}" cannot be read; write train, train[:1000] or train[80%:]`,
      zh: `split "${data.split}" 无法解析；请写成 train、train[:1000] 或 train[80%:]`,
    });
  }
  return {
    name,
    path: hub ? (hf ?? ms)! : isAbsolute(file!) ? file! : join(datasetDir, file!),
    hub,
    formatting: data.formatting,
    ranking: data.ranking,
    folder: data.folder,
    subset: data.subset,
    split,
    numSamples: data.num_samples ?? undefined,
    columns: data.columns ?? DEFAULT_COLUMNS,
    columnsNamed: data.columns !== undefined,
    tags: data.tags ?? DEFAULT_TAGS,
  };
}

const SPLIT = /^([\w.-]+)(?:\[(?<from>-?\d+%?)?:(?<to>-?\d+%?)?\])?$/;

/** As `split` of the Python library datasets: see its documentation of slice splits. */
function parseSplit(text: string): Split | undefined {
  const found = SPLIT.exec(text);
  if (!found) return undefined;
  const edge = (written: string | undefined): SplitEdge | undefined =>
    written === undefined
      ? undefined
      : { value: Number.parseInt(written, 10), isPercent: written.endsWith('%') };
  return { text, name: found[1]!, from: edge(found.groups?.['from']), to: edge(found.groups?.['to']) };
}

function problemOf(issue: z.core.$ZodIssue): Bilingual {
  const path = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') {
    return { en: `${path || 'the entry'}: ${issue.message}`, zh: `${path || '该条目'}：${issue.message}` };
  }
  const known = path === 'columns' ? ColumnNames : path === 'tags' ? TagNames : Entry;
  const problems = issue.keys.map((key) => {
    const near = nearestName(key, Object.keys(known.shape));
    const whole = `${path ? `${path}.` : ''}${key}`;
    return {
      en: `unknown key "${whole}", ${near ? `did you mean "${near}"?` : 'remove it'}`,
      zh: `没有 "${whole}" 这个键，${near ? `是否想写 "${near}"？` : '请删去'}`,
    };
  });
  return { en: problems.map(({ en }) => en).join('; '), zh: problems.map(({ zh }) => zh).join('；') };
}
