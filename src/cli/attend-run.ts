/** Stays with a run on the terminal: shows what it tells, stops it on Ctrl-C or leaves it, and says what it left. */
import type { Language } from '../core/index.ts';
import { followJob, type Job } from '../jobs/index.ts';
import { lastCheckpoint, type RunEvent } from '../runs/index.ts';
import { createRunDisplay } from './run-display.ts';
import { summaryLines } from './run-summary.ts';
import { shownPath } from './shown-path.ts';

const EN = {
  stopping: 'Stopping after this step, with a checkpoint. Ctrl-C again kills the run at once.',
  killed: 'The run was killed.',
  stopped: (folder: string, step: number) =>
    `Stopped with a checkpoint of step ${step} in ${folder}. Go on with: tunesmith runs resume ${folder}`,
  stoppedEarly: (folder: string) =>
    `Stopped before the first step. Start again with: tunesmith runs resume ${folder}`,
  goesOn: (folder: string) =>
    `The run goes on in the background.\n  watch it:  tunesmith runs attach ${folder}\n  stop it:   tunesmith runs stop ${folder}`,
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    stopping: '当前步结束后保存检查点并停止。再按一次 Ctrl-C 立即终止。',
    killed: '运行已被终止。',
    stopped: (folder, step) =>
      `已停止，第 ${step} 步的检查点保存在 ${folder}。继续训练：tunesmith runs resume ${folder}`,
    stoppedEarly: (folder) => `在第一步之前停止。重新开始：tunesmith runs resume ${folder}`,
    goesOn: (folder) =>
      `运行在后台继续。\n  查看：tunesmith runs attach ${folder}\n  停止：tunesmith runs stop ${folder}`,
  },
};

export interface AttendOptions {
  readonly language: Language;
  /** What Ctrl-C does: stop the run with a checkpoint, or leave it alone and end here. */
  readonly onInterrupt: 'stop' | 'leave';
  /** `running`: until it trains. */
  readonly until?: 'end' | 'running';
}

export type Attended = 'finished' | 'stopped' | 'left';

/** @throws the run's own error, or one that tells of its death */
export async function attendRun(
  job: Job,
  { language, onInterrupt, until = 'end' }: AttendOptions,
): Promise<Attended> {
  const text = TEXTS[language];
  const folder = shownPath(job.outputDir);
  const display = createRunDisplay(language);
  const leaving = new AbortController();
  let isStopping = false;
  let isKilled = false;
  const interrupt = () => {
    if (onInterrupt === 'leave') {
      leaving.abort();
      return;
    }
    if (isStopping) {
      isKilled = true;
      signal(job.pid, 'SIGKILL');
      return;
    }
    isStopping = true;
    display.say(text.stopping);
    signal(job.pid, 'SIGINT');
  };
  const onEvent = (event: RunEvent) => {
    display.show(event);
    if (until === 'running' && event.type === 'state' && event.state === 'running') leaving.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, interrupt);
  try {
    const end = await followJob(job, { onEvent, signal: leaving.signal });
    display.close();
    if (end === undefined) {
      job.release();
      console.log(text.goesOn(folder));
      return 'left';
    }
    if (end === 'finished') {
      for (const line of summaryLines(job.outputDir, language)) console.log(line);
    } else {
      const checkpoint = lastCheckpoint(job.outputDir);
      console.log(checkpoint ? text.stopped(folder, checkpoint.step) : text.stoppedEarly(folder));
    }
    return end;
  } catch (error) {
    display.close();
    if (!isKilled) throw error;
    console.log(text.killed);
    return 'stopped';
  } finally {
    for (const name of signals) process.off(name, interrupt);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has just ended by itself
  }
}
