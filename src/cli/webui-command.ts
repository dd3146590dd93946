/** `tunesmith webui`: serves the studio, prints its address, and goes on until it is told to end. The jobs outlive it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigError, type Language } from '../core/index.ts';
import { startStudio } from '../studio/index.ts';
import { packageVersion } from './package-version.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DEFAULT_PORT = 7860;

const EN = {
  about: 'the studio: from rows to a verdict on one web page',
  host: 'address to listen on; any but loopback asks for a token',
  port: 'port; 0 takes a free one',
  workspace: 'folder to work in: data, models and runs lie there',
  models: 'further folders that hold models',
  ready: (url: string) => `Tunesmith studio: ${url}`,
  stay: 'Ctrl-C ends it; what it started goes on.',
  badPort: (port: string) => `webui: --port ${port} is no port; give a number from 0 to 65535`,
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '工作台：在一个网页上从数据走到结论',
    host: '监听地址；非本机回环地址须凭令牌访问',
    port: '端口；0 表示任取一个空闲端口',
    workspace: '工作文件夹：数据、模型和运行都在其中',
    models: '另外存放模型的文件夹',
    ready: (url) => `Tunesmith 工作台：${url}`,
    stay: '按 Ctrl-C 结束；它启动的任务会继续。',
    badPort: (port) => `webui：--port ${port} 不是端口号；请给出 0 到 65535 的数`,
  },
};

interface Options {
  readonly host: string;
  readonly port: string;
  readonly workspace: string;
  readonly models?: readonly string[];
}

export function addWebuiCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  program
    .command('webui')
    .description(text.about)
    .option('--host <address>', text.host, '127.0.0.1')
    .option('--port <port>', text.port, String(DEFAULT_PORT))
    .option('--workspace <folder>', text.workspace, '.')
    .option('--models <folder...>', text.models)
    .action((options: Options) => serveStudio(options, language));
}

async function serveStudio(
  { host, port, workspace, models = [] }: Options,
  language: Language,
): Promise<void> {
  const text = TEXTS[language];
  const number = Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65535) throw new ConfigError(text.badPort(port));
  const studio = await startStudio({
    host,
    port: number,
    workspace,
    modelFolders: models,
    program: [...process.execArgv, process.argv[1]!],
    version: packageVersion(),
    rooms: roomsHere(),
    page: join(ROOT, 'dist', 'web'),
    examples: join(ROOT, 'examples'),
  });
  console.log(text.ready(studio.url));
  console.log(text.stay);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      studio.close().then(() => process.exit(0));
    });
  }
}

/** Rooms whose pages are shown. */
function roomsHere(): string[] {
  const here = join(import.meta.dirname, '..');
  return ['serve', 'loadtest', 'experiment'].filter((room) => existsSync(join(here, room)));
}
