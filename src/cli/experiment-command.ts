/** `tunesmith experiment`: an experiment file carried out to its verdict, and the report on it. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Experiment, experimentKeys, parseOverrides, resolveExperiment } from '../config/index.ts';
import { ConfigError, checkMachine, type Language, messageOf } from '../core/index.ts';
import { checkInWords, decisionInWords, type Verdict } from '../evaluate/index.ts';
import {
  EXIT_CODES,
  planExperiment,
  reportLanguage,
  runExperiment,
  writeReports,
} from '../experiment/index.ts';
import { createExperimentDisplay } from './experiment-display.ts';
import { licensePrompt } from './license-prompt.ts';
import { packageVersion } from './package-version.ts';
import { shownPath } from './shown-path.ts';

const EN = {
  about: 'run an experiment file: train its variants, judge its candidates, press them, and conclude',
  file: 'experiment.yaml, then key=value: settings that count for all its runs; output_dir is where results lie',
  plan: 'only show the stages, and which are finished',
  license: 'accept the licence of a starter model',
  exit: '\nEnds with 0 for go, 2 for no go, 3 for not enough evidence, 1 for an error, 130 when stopped.\nStarted again, it goes on where it was, and does again only what has changed.',
  keys: 'Keys of the file:',
  finished: 'finished',
  open: 'to do',
  report: 'report',
  stopped: (file: string) => `Stopped. Go on with: tunesmith experiment ${file}`,
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '运行实验文件：训练各方案、评判各候选者、压测并给出结论',
    file: 'experiment.yaml，之后可写 key=value，对其中所有运行生效；output_dir 为结果位置',
    plan: '只显示各阶段以及哪些已完成',
    license: '接受起步模型的许可证',
    exit: '\n退出码：0 可以上线，2 不可上线，3 证据不足，1 出错，130 被中断。\n再次运行会从中断处继续，只重做有变化的部分。',
    keys: '文件中的键：',
    finished: '已完成',
    open: '待运行',
    report: '报告',
    stopped: (file) => `已停止。继续：tunesmith experiment ${file}`,
  },
};

interface Options {
  readonly plan?: boolean;
  readonly acceptLicense?: boolean;
}

export function addExperimentCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  program
    .command('experiment')
    .description(text.about)
    .argument('<file...>', text.file)
    .option('--plan', text.plan)
    .option('--accept-license', text.license)
    .addHelpText('after', () => `\n${text.keys}\n${keysInWords(language)}\n${text.exit}`)
    .allowUnknownOption()
    .action(async ([file = '', ...words]: string[], options: Options) => {
      const experiment = readExperiment(file, words);
      if (options.plan) return showPlan(experiment, language, options);
      const end = await carryOutExperiment(experiment, {
        language,
        acceptLicense: options.acceptLicense === true,
      });
      if (!end) {
        console.log(text.stopped([file, ...words].join(' ')));
        process.exitCode = 130;
        return;
      }
      for (const line of verdictLines(end, language)) console.log(line);
      console.log(`\n  ${text.report}: ${shownPath(resolve(experiment.outputDir, 'report.html'))}`);
      process.exitCode = EXIT_CODES[end.decision];
    });
}

/** A line each: those of the criteria once, since all metrics are asked alike. */
function keysInWords(language: Language): string {
  const keys = experimentKeys().filter(({ path }) => !/^criteria\.(?!macro_f1|p95_ms)/.test(path));
  const width = Math.max(...keys.map(({ path }) => path.length));
  return keys.map(({ path, help }) => `  ${path.padEnd(width)}  ${help[language]}`).join('\n');
}

/** @throws ConfigError that names everything that is wrong */
export function readExperiment(path: string, words: readonly string[]): Experiment {
  if (!existsSync(path)) {
    throw new ConfigError({
      en: `${path}: there is no such file; give the path of an experiment file`,
      zh: `${path}：没有这个文件；请给出实验文件的路径`,
    });
  }
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      {
        en: `${path}: cannot be read (${messageOf(error)}); give the path of a file`,
        zh: `${path}：无法读取（${messageOf(error, 'zh')}）；请给出文件的路径`,
      },
      error,
    );
  }
  return resolveExperiment(content, path, parseOverrides(words));
}

/** Runs to the verdict, with progress on the terminal, and writes the reports. @returns undefined when it was stopped */
export async function carryOutExperiment(
  experiment: Experiment,
  { language, acceptLicense }: { language: Language; acceptLicense: boolean },
): Promise<Verdict | undefined> {
  checkMachine();
  const display = createExperimentDisplay(language);
  const stop = new AbortController();
  const onSignal = () => {
    display.stopping();
    stop.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, onSignal);
  try {
    const verdict = await runExperiment(experiment, {
      version: packageVersion(),
      language,
      onEvent: display.show,
      onRunEvent: display.showRun,
      onProgress: display.showTask,
      acceptLicense: licensePrompt(language, acceptLicense),
      signal: stop.signal,
    });
    if (verdict) {
      await writeReports(experiment.outputDir, reportLanguage(experiment.outputDir, language));
    }
    return verdict;
  } finally {
    display.close();
    for (const name of signals) process.off(name, onSignal);
  }
}

/** The verdict and its reasons, a line each. */
export function verdictLines(verdict: Verdict, language: Language): string[] {
  const marks = { met: '✓', failed: '✗', open: '?' } as const;
  return [
    `\n${decisionInWords(verdict, language)}`,
    ...verdict.checks.map((check) => `  ${marks[check.outcome]} ${checkInWords(check, language)}`),
  ];
}

async function showPlan(experiment: Experiment, language: Language, options: Options): Promise<void> {
  const text = TEXTS[language];
  const stages = await planExperiment(experiment, {
    version: packageVersion(),
    acceptLicense: licensePrompt(language, options.acceptLicense === true),
  });
  for (const { id, isFinished } of stages) console.log(`  ${isFinished ? text.finished : text.open}  ${id}`);
}
