/** `tunesmith models`: models by name: brought here, listed, removed, and whether one fits before it is downloaded. */
import type { Command } from 'commander';
import { formatBytes, heard, type Language, type Told, TunesmithError, textOf, told } from '../core/index.ts';
import { keptModels, removeModel, resolveModel } from '../hub/index.ts';
import { ASSUMED } from '../train/index.ts';
import { licensePrompt } from './license-prompt.ts';
import { type ModelInfo, modelInfo } from './model-info.ts';
import { createTaskProgress } from './task-progress.ts';

const EN = {
  about: 'models by name: fetch, list, remove, and see whether one fits',
  get: 'fetch a model, or what is new of it',
  list: 'list the models on this machine',
  remove: 'remove a model from this machine',
  info: 'say from config.json alone whether a model fits this machine',
  name: 'org/name on Hugging Face, ms:org/name on ModelScope, or a starter; org/name:Q8_0 for one GGUF file',
  names: 'names as above, or folders and GGUF files on this machine',
  license: 'accept the licence of the model',
  revision: 'a branch, a tag or a commit of the hub',
  json: 'print JSON',
  lines: 'print a line of JSON for each model',
  here: (path: string) => `on this machine: ${path}`,
  none: 'no models are here yet',
  removed: (name: string, bytes: string) => `removed ${name}, ${bytes} are free again`,
  download: 'download',
  free: 'free memory',
  fits: { fits: 'fits', tight: 'tight: close other programs', 'too large': 'does not fit' },
  uses: {
    train: `LoRA of rank ${ASSUMED.rank}, ${ASSUMED.rows} rows of ${ASSUMED.rowTokens} tokens`,
    answer: `answering, ${ASSUMED.answerTokens} tokens`,
    serve: 'serving, with its cache',
  },
  byMethod: `training by method, ${ASSUMED.rows} rows of ${ASSUMED.rowTokens} tokens`,
  methods: {
    full: 'full, all weights',
    freeze: 'freeze, the last 2 layers',
    lora: `lora of rank ${ASSUMED.rank}`,
    qlora: 'qlora, 4 bits',
  },
  notBuilt: 'not built here yet',
  family: 'family',
  licenseName: 'licence',
  noConfig: 'no config.json to judge by; a GGUF file takes about its size in memory to answer',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '按名称管理模型：获取、列出、删除，以及判断是否放得下',
    get: '获取模型，或更新到最新',
    list: '列出本机的模型',
    remove: '从本机删除模型',
    info: '仅凭 config.json 判断模型能否在本机运行',
    name: 'Hugging Face 上的 org/name、ModelScope 上的 ms:org/name，或起步模型；org/name:Q8_0 指定某个 GGUF 文件',
    names: '名称同上，或本机的文件夹与 GGUF 文件',
    license: '接受该模型的许可证',
    revision: '模型库中的分支、标签或提交号',
    json: '以 JSON 输出',
    lines: '每个模型输出一行 JSON',
    here: (path) => `已在本机：${path}`,
    none: '本机还没有模型',
    removed: (name, bytes) => `已删除 ${name}，释放 ${bytes}`,
    download: '下载大小',
    free: '可用内存',
    fits: { fits: '放得下', tight: '偏紧：请关闭其他程序', 'too large': '放不下' },
    uses: {
      train: `LoRA（秩 ${ASSUMED.rank}），${ASSUMED.rows} 行 × ${ASSUMED.rowTokens} token`,
      answer: `回答，${ASSUMED.answerTokens} token`,
      serve: '提供服务（含缓存）',
    },
    byMethod: `各训练方法所需内存（${ASSUMED.rows} 行 × ${ASSUMED.rowTokens} token）`,
    methods: {
      full: '全参数 full',
      freeze: '冻结 freeze（只训练最后 2 层）',
      lora: `lora（秩 ${ASSUMED.rank}）`,
      qlora: 'qlora（4 比特）',
    },
    notBuilt: '本程序尚未支持',
    family: '系列',
    licenseName: '许可证',
    noConfig: '没有 config.json 可供判断；GGUF 文件回答时占用的内存约为其大小',
  },
};

export function addModelsCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  const models = program.command('models').description(text.about);
  models
    .command('get')
    .description(text.get)
    .argument('<model>', text.name)
    .option('--accept-license', text.license)
    .option('--revision <name>', text.revision)
    .action((name: string, options: GetOptions) => get(name, options, language));
  models
    .command('list', { isDefault: true })
    .description(text.list)
    .option('--json', text.json)
    .action(({ json }: { json?: boolean }) => list(json === true, language));
  models
    .command('remove')
    .description(text.remove)
    .argument('<model>', text.name)
    .action((name: string) => {
      const { name: removed, sizeBytes } = removeModel(name);
      console.log(text.removed(removed, formatBytes(sizeBytes)));
    });
  models
    .command('info')
    .description(text.info)
    .argument('<models...>', text.names)
    .option('--json', text.lines)
    .action((names: string[], { json }: { json?: boolean }) => info(names, json === true, language));
}

interface GetOptions {
  readonly acceptLicense?: boolean;
  readonly revision?: string;
}

async function get(
  name: string,
  { acceptLicense = false, revision }: GetOptions,
  language: Language,
): Promise<void> {
  const progress = createTaskProgress(language);
  const { path } = await resolveModel(name, {
    acceptLicense: acceptLicense || licensePrompt(language, false),
    ...(revision !== undefined && { revision }),
    onProgress: progress.report,
    refresh: true,
  });
  progress.done();
  console.log(TEXTS[language].here(path));
}

function list(isJson: boolean, language: Language): void {
  const models = keptModels();
  if (isJson) {
    console.log(JSON.stringify(models));
    return;
  }
  if (models.length === 0) console.log(TEXTS[language].none);
  const width = Math.max(0, ...models.map(({ name }) => name.length));
  for (const { name, sizeBytes, path } of models) {
    console.log(`${name.padEnd(width)}  ${formatBytes(sizeBytes).padStart(9)}  ${path}`);
  }
}

/** One that cannot be judged is an error where it is the only one, and a line of its own among others. */
async function info(names: readonly string[], isJson: boolean, language: Language): Promise<void> {
  const print = isJson
    ? (line: object) => console.log(JSON.stringify(line))
    : (line: ModelInfo | Problem) => printInfo(line, language);
  for (const name of names) {
    try {
      print(await modelInfo(name));
    } catch (error) {
      if (names.length === 1 || !(error instanceof TunesmithError)) throw error;
      print({ name, problem: told(textOf(error)) });
    }
  }
}

interface Problem {
  readonly name: string;
  readonly problem: Told;
}

function printInfo(about: ModelInfo | Problem, language: Language): void {
  if ('problem' in about) {
    console.log(`${about.name}\n  ${heard(about.problem)[language]}`);
    return;
  }
  const text = TEXTS[language];
  const { name, id, endpoint, downloadBytes, family, license, freeBytes, needs, methods } = about;
  console.log(id === undefined ? name : `${id} (${endpoint})`);
  const facts: readonly (readonly [string, string | undefined])[] = [
    [text.family, family],
    [text.licenseName, license],
    [text.download, downloadBytes === undefined ? undefined : formatBytes(downloadBytes)],
    [text.free, formatBytes(freeBytes)],
    ...needs.map(
      ({ use, dtype, bytes, fit }) =>
        [`${text.uses[use]}, ${dtype}`, `${formatBytes(bytes)}, ${text.fits[fit]}`] as const,
    ),
  ];
  for (const [label, value] of facts) if (value !== undefined) console.log(`  ${label}: ${value}`);
  if (needs.length === 0) console.log(`  ${text.noConfig}`);
  else console.log(`  ${text.byMethod}:`);
  for (const { method, bytes, fit, isBuilt } of methods) {
    const remark = isBuilt ? '' : `; ${text.notBuilt}`;
    console.log(`    ${text.methods[method]}: ${formatBytes(bytes)}, ${text.fits[fit]}${remark}`);
  }
}
