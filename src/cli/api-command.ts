/** `tunesmith api`: a model and its adapters behind HTTP, for the clients of OpenAI. */
import type { Command } from 'commander';
import type { RunConfig } from '../config/index.ts';
import { ConfigError, type Language } from '../core/index.ts';
import { addKey, type Supervised, serveModels } from '../serve/index.ts';
import { licensePrompt } from './license-prompt.ts';
import { packageVersion } from './package-version.ts';
import { readRunConfig } from './run-words.ts';
import { createTaskProgress } from './task-progress.ts';

const EN = {
  about: 'serve a model and its adapters over HTTP, for the clients of OpenAI',
  settings:
    'run.yaml and key=value: model_name_or_path, adapter_name_or_path (several, separated by commas: each is a model of its own), host, port, replicas, api_key_file …; docs/SETTINGS.md lists them under Serving',
  license: 'accept the licence of a starter model',
  newKey: 'make an API key, add its hash to api_key_file, show the key once, and serve nothing',
  ready: (url: string, models: string) => `Listening on ${url} (models: ${models}; ${url}/docs)`,
  ending: 'Ending: open requests are answered first; Ctrl-C again ends at once.',
  noFile: '--new-key needs api_key_file=FILE, the file that it is added to',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '以 HTTP 提供模型及其适配器的服务，兼容 OpenAI 客户端',
    settings:
      'run.yaml 与 key=value：model_name_or_path、adapter_name_or_path（可用逗号分隔多个，每个都是单独的模型）、host、port、replicas、api_key_file 等；完整列表见 docs/SETTINGS.md 的“服务”一节',
    license: '接受起步模型的许可证',
    newKey: '生成一个 API 密钥，将其哈希加入 api_key_file，只显示一次密钥，不启动服务',
    ready: (url, models) => `服务已就绪：${url}（模型：${models}；${url}/docs）`,
    ending: '正在结束：先答完已接受的请求；再按一次 Ctrl-C 立即结束。',
    noFile: '--new-key 需要 api_key_file=文件，密钥的哈希将加入该文件',
  },
};

interface Options {
  readonly acceptLicense?: boolean;
  readonly newKey?: string;
}

export function addApiCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  program
    .command('api')
    .description(text.about)
    .argument('[settings...]', text.settings)
    .option('--accept-license', text.license)
    .option('--new-key <name>', text.newKey)
    .allowUnknownOption()
    .action((words: string[], options: Options) =>
      options.newKey === undefined
        ? serve(readRunConfig(words, options.acceptLicense ? { accept_license: true } : {}), language)
        : showNewKey(words, options.newKey, language),
    );
}

async function serve(config: RunConfig, language: Language): Promise<void> {
  const text = TEXTS[language];
  const progress = createTaskProgress(language);
  let server: Supervised;
  try {
    server = await serveModels(config, {
      version: packageVersion(),
      log: (line) => process.stderr.write(`${line}\n`),
      onProgress: progress.report,
      acceptLicense: licensePrompt(language, config.accept_license),
      environment: process.env,
    });
  } finally {
    progress.done();
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      process.stderr.write(`${text.ending}\n`);
      server.stop();
    });
  }
  console.log(text.ready(server.url, server.models.join(', ')));
  await server.ended;
}

function showNewKey(words: readonly string[], name: string, language: Language): void {
  // Any model will do: none is loaded.
  const { api_key_file: file } = readRunConfig(words, { model_name_or_path: '-' });
  if (file === null) throw new ConfigError(TEXTS[language].noFile);
  console.log(addKey(file, name));
}
