/** The commands and their help, in the language of the user. */
import { Command } from 'commander';
import type { Language } from '../core/index.ts';
import { packageVersion } from './package-version.ts';
import { usageErrorInChinese } from './usage-errors.ts';

type AddCommand = (program: Command, language: Language) => void;

/** In the order of the help. Each file is loaded when its command is asked for, all of them for the help. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  train: async () => (await import('./train-command.ts')).addTrainCommand,
  runs: async () => (await import('./runs-command.ts')).addRunsCommand,
  data: async () => (await import('./data-command.ts')).addDataCommand,
  evaluate: async () => (await import('./evaluate-command.ts')).addEvaluateCommand,
  rejudge: async () => (await import('./rejudge-command.ts')).addRejudgeCommand,
  chat: async () => (await import('./chat-command.ts')).addChatCommand,
  estimate: async () => (await import('./estimate-command.ts')).addEstimateCommand,
  models: async () => (await import('./models-command.ts')).addModelsCommand,
  fetch: async () => (await import('./fetch-command.ts')).addFetchCommand,
  webui: async () => (await import('./webui-command.ts')).addWebuiCommand,
  api: async () => (await import('./api-command.ts')).addApiCommand,
  demo: async () => (await import('./demo-command.ts')).addDemoCommand,
  loadtest: async () => (await import('./loadtest-command.ts')).addLoadtestCommand,
  deploy: async () => (await import('./deploy-command.ts')).addDeployCommand,
  experiment: async () => (await import('./experiment-command.ts')).addExperimentCommand,
  report: async () => (await import('./report-command.ts')).addReportCommand,
  env: async () => (await import('./env-command.ts')).addEnvCommand,
  version: async () => (await import('./version-command.ts')).addVersionCommand,
};

const EN = {
  about: 'Zero-code fine-tuning of language models on the machine that you have.',
  help: 'show help',
  version: 'show the version',
  helpCommand: 'show help for a command',
  titles: {
    'Usage:': 'Usage:',
    'Arguments:': 'Arguments:',
    'Options:': 'Options:',
    'Commands:': 'Commands:',
  },
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '在你现有的机器上零代码微调语言模型。',
    help: '显示帮助',
    version: '显示版本',
    helpCommand: '显示某个命令的帮助',
    titles: { 'Usage:': '用法：', 'Arguments:': '参数：', 'Options:': '选项：', 'Commands:': '命令：' },
  },
};

/** @param wanted the first word of the command line */
export async function createProgram(language: Language, wanted: string | undefined): Promise<Command> {
  const text = TEXTS[language];
  const program = new Command('tunesmith')
    .description(text.about)
    .version(packageVersion(), '-V, --version', text.version)
    .helpOption('-h, --help', text.help)
    .helpCommand('help [command]', text.helpCommand)
    .showSuggestionAfterError()
    .configureOutput({
      outputError: (error, write) => write(language === 'zh' ? usageErrorInChinese(error) : error),
    })
    .configureHelp({ styleTitle: (title) => text.titles[title as keyof typeof EN.titles] ?? title });
  const known = wanted === undefined ? undefined : COMMANDS[wanted];
  for (const load of known ? [known] : Object.values(COMMANDS)) (await load())(program, language);
  for (const command of everyCommand(program)) {
    command.helpOption('-h, --help', text.help).configureHelp(program.configureHelp());
    command.configureOutput(program.configureOutput());
  }
  return program;
}

function everyCommand(program: Command): Command[] {
  return program.commands.flatMap((command) => [command as Command, ...everyCommand(command as Command)]);
}
