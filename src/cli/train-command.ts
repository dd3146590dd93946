/** `tunesmith train`: starts a run in a process of its own, and follows it unless told to let it go. */
import type { Command } from 'commander';
import type { RunConfig } from '../config/index.ts';
import type { Language } from '../core/index.ts';
import { type Job, startJob } from '../jobs/index.ts';
import { attendRun } from './attend-run.ts';
import { licensePrompt } from './license-prompt.ts';
import { readRunConfig } from './run-words.ts';
import { createTaskProgress } from './task-progress.ts';

const EN = {
  about: 'train, evaluate and predict as a run file says (do_train, do_eval, do_predict)',
  settings:
    'run.yaml and key=value, or --key value, as LLaMA-Factory takes them; docs/SETTINGS.md lists the keys',
  detach: 'leave the run in the background once it trains',
  license: 'accept the licence of a starter model',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '按运行文件训练、评估、预测（do_train、do_eval、do_predict）',
    settings: 'run.yaml 与 key=value，或 --key value，写法与 LLaMA-Factory 相同；键见 docs/SETTINGS.md',
    detach: '开始训练后转入后台',
    license: '接受起步模型的许可证',
  },
};

interface Options {
  readonly detach?: boolean;
  readonly acceptLicense?: boolean;
}

export function addTrainCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  program
    .command('train')
    .description(text.about)
    .argument('[settings...]', text.settings)
    .option('--detach', text.detach)
    .option('--accept-license', text.license)
    .allowUnknownOption()
    .action((words: string[], options: Options) =>
      startRun(readRunConfig(words, options.acceptLicense ? { accept_license: true } : {}), {
        language,
        isDetached: options.detach === true,
      }),
    );
}

/** Starts a run and stays with it to its end, or until it trains. */
export async function startRun(
  config: RunConfig,
  { language, isDetached }: { language: Language; isDetached: boolean },
): Promise<void> {
  const job = await start(config, language, licensePrompt(language, config.accept_license));
  const end = await attendRun(job, { language, onInterrupt: 'stop', until: isDetached ? 'running' : 'end' });
  // As a program that a signal ended: what was to come after it in a script should not.
  if (end === 'stopped') process.exitCode = 130;
}

async function start(
  config: RunConfig,
  language: Language,
  acceptLicense: ReturnType<typeof licensePrompt>,
): Promise<Job> {
  const progress = createTaskProgress(language);
  try {
    return await startJob(config, { language, acceptLicense, onProgress: progress.report });
  } finally {
    progress.done();
  }
}
