/** `tunesmith runs`: the runs of this machine, and what can be done with one: watch, stop, go on. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { parseOverrides } from '../config/index.ts';
import type { Language } from '../core/index.ts';
import { findJob, resumeConfig } from '../jobs/index.ts';
import { type ListedRun, listRuns, type RunState, rebuildRunIndex, signalRun } from '../runs/index.ts';
import { attendRun } from './attend-run.ts';
import { shownPath } from './shown-path.ts';
import { startRun } from './train-command.ts';

const EN = {
  about: 'list, watch, stop and resume runs',
  list: 'runs of this machine, the latest first',
  scan: 'also look for runs in and below these folders',
  attach: 'watch a run; Ctrl-C leaves it running',
  stop: 'stop a run after its present step, with a checkpoint',
  kill: 'end it at once; what was done since the last checkpoint is lost',
  resume: 'go on from the last checkpoint',
  settings: 'key=value that change the run, such as num_train_epochs=5',
  detach: 'leave the run in the background once it trains',
  folder: 'output_dir of the run',
  none: 'No runs yet. Start one with: tunesmith train run.yaml',
  killed: (folder: string) => `Killed: ${folder}`,
  states: {
    running: 'running',
    finished: 'finished',
    stopped: 'stopped',
    failed: 'failed',
    died: 'died',
    unknown: 'unknown',
  } satisfies Record<RunState, string> as Record<RunState, string>,
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '列出、查看、停止、继续运行',
    list: '本机的运行，最近的在前',
    scan: '同时在这些文件夹及其下查找运行',
    attach: '查看运行；Ctrl-C 离开，运行继续',
    stop: '当前步结束后保存检查点并停止',
    kill: '立即终止；上一个检查点之后的工作会丢失',
    resume: '从最后一个检查点继续',
    settings: '要改动的 key=value，如 num_train_epochs=5',
    detach: '开始训练后转入后台',
    folder: '运行的 output_dir',
    none: '还没有运行。开始一个：tunesmith train run.yaml',
    killed: (folder) => `已终止：${folder}`,
    states: {
      running: '运行中',
      finished: '已完成',
      stopped: '已停止',
      failed: '失败',
      died: '意外中断',
      unknown: '未知',
    },
  },
};

export function addRunsCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  const runs = program.command('runs').description(text.about);
  runs
    .command('list', { isDefault: true })
    .description(text.list)
    .option('--scan <folder...>', text.scan)
    .action(({ scan }: { scan?: string[] }) => list(language, scan ?? []));
  runs
    .command('attach')
    .description(text.attach)
    .argument('<folder>', text.folder)
    .action(async (folder: string) => {
      await attendRun(findJob(folder), { language, onInterrupt: 'leave' });
    });
  runs
    .command('stop')
    .description(text.stop)
    .argument('<folder>', text.folder)
    .option('--kill', text.kill)
    .action((folder: string, options: { kill?: boolean }) => stop(folder, options.kill === true, language));
  runs
    .command('resume')
    .description(text.resume)
    .argument('<folder>', text.folder)
    .argument('[settings...]', text.settings)
    .option('--detach', text.detach)
    .allowUnknownOption()
    .action((folder: string, words: string[], { detach }: { detach?: boolean }) =>
      startRun(resumeConfig(folder, parseOverrides(words)), { language, isDetached: detach === true }),
    );
}

function list(language: Language, folders: readonly string[]): void {
  if (folders.length > 0) rebuildRunIndex(folders);
  const runs = listRuns();
  if (runs.length === 0) console.log(TEXTS[language].none);
  for (const run of runs) for (const line of lines(run, language)) console.log(line);
}

/** Two lines a run: its folder, and how it stands. */
function lines({ output_dir, started, model, dataset, view }: ListedRun, language: Language): string[] {
  const { lastStep: step, state, message } = view;
  const progress = step ? [`${step.step}/${step.totalSteps}`, `loss ${step.loss.toFixed(4)}`] : [];
  const why = state === 'failed' && message !== undefined ? [message] : [];
  const date = started.slice(0, 16).replace('T', ' ');
  const name = existsSync(model) ? basename(model) : model;
  const parts = [TEXTS[language].states[state], ...progress, name, dataset, date, ...why];
  return [shownPath(output_dir), `  ${parts.filter((part) => part !== '').join('  ')}`];
}

async function stop(folder: string, isKill: boolean, language: Language): Promise<void> {
  const job = findJob(folder);
  signalRun(folder, isKill ? 'SIGKILL' : 'SIGINT');
  if (isKill) console.log(TEXTS[language].killed(shownPath(job.outputDir)));
  else await attendRun({ ...job, past: [] }, { language, onInterrupt: 'leave' });
}
