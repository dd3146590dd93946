/** `tunesmith models`: models by name: brought here, listed, removed, and whether one fits before it is downloaded. */
import type { Command } from 'commander';
import { formatBytes, type Language } from '../core/index.ts';
import { describeHubModel, keptModels, removeModel, resolveModel } from '../hub/index.ts';
import { availableMemory } from '../load/index.ts';
import { familyOf } from '../model/index.ts';
import { ASSUMED, type ModelNeed, modelNeeds } from '../train/index.ts';
import { licensePrompt } from './license-prompt.ts';
import { createTaskProgress } from './task-progress.ts';

const EN = {
  about: 'models by name: fetch, list, remove, and see whether one fits',
  get: 'fetch a model, or what is new of it',
  list: 'list the models on this machine',
  remove: 'remove a model from this machine',
  info: 'say from config.json alone whether a model fits this machine',
  name: 'org/name on Hugging Face, ms:org/name on ModelScope, or a starter; org/name:Q8_0 for one GGUF file',
  license: 'accept the licence of the model',
  json: 'print JSON',
  here: (path: string) => `on this machine: ${path}`,
  none: 'no models are here yet',
  removed: (name: string, bytes: string) => `removed ${name}, ${bytes} are free again`,
  download: 'download',
  free: 'free memory',
  fits: 'fits',
  tooLarge: 'does not fit',
  uses: {
    train: `LoRA of rank ${ASSUMED.rank}, ${ASSUMED.rows} rows of ${ASSUMED.rowTokens} tokens`,
    answer: `answering, ${ASSUMED.answerTokens} tokens`,
  },
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
    license: '接受该模型的许可证',
    json: '以 JSON 输出',
    here: (path) => `已在本机：${path}`,
    none: '本机还没有模型',
    removed: (name, bytes) => `已删除 ${name}，释放 ${bytes}`,
    download: '下载大小',
    free: '可用内存',
    fits: '放得下',
    tooLarge: '放不下',
    uses: {
      train: `LoRA（秩 ${ASSUMED.rank}），${ASSUMED.rows} 行 × ${ASSUMED.rowTokens} token`,
      answer: `回答，${ASSUMED.answerTokens} token`,
    },
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
    .action((name: string, { acceptLicense }: { acceptLicense?: boolean }) =>
      get(name, { acceptsLicense: acceptLicense === true, language }),
    );
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
    .argument('<model>', text.name)
    .option('--json', text.json)
    .action((name: string, { json }: { json?: boolean }) => info(name, json === true, language));
}

async function get(
  name: string,
  { acceptsLicense, language }: { acceptsLicense: boolean; language: Language },
): Promise<void> {
  const progress = createTaskProgress(language);
  const { path } = await resolveModel(name, {
    acceptLicense: acceptsLicense || licensePrompt(language, false),
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

async function info(name: string, isJson: boolean, language: Language): Promise<void> {
  const text = TEXTS[language];
  const { id, endpoint, files, config } = await describeHubModel(name);
  const downloadBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const needs = config ? modelNeeds(familyOf('modelType', config['model_type']).readSpec(config)) : [];
  const freeBytes = availableMemory();
  if (isJson) {
    console.log(JSON.stringify({ id, endpoint, files, downloadBytes, freeBytes, needs }));
    return;
  }
  console.log(`${id} (${endpoint})`);
  console.log(`  ${text.download}: ${formatBytes(downloadBytes)}`);
  console.log(`  ${text.free}: ${formatBytes(freeBytes)}`);
  const line = ({ use, dtype, bytes }: ModelNeed) =>
    `  ${text.uses[use]}, ${dtype}: ${formatBytes(bytes)}, ${bytes <= freeBytes ? text.fits : text.tooLarge}`;
  for (const need of needs) console.log(line(need));
  if (!config) console.log(`  ${text.noConfig}`);
}
