/** What an experiment tells, on a terminal: a line for each stage, and a bar for what is under way with the time left. */
import { SingleBar } from 'cli-progress';
import { formatDuration, heard, type Language, type Progress } from '../core/index.ts';
import type { ExperimentEvent } from '../experiment/index.ts';
import type { RunEvent } from '../runs/index.ts';
import { createTaskProgress, nameOfTask } from './task-progress.ts';

const EN = {
  kinds: { train: 'train', judge: 'judge', load: 'load test', compare: 'compare' } as Readonly<
    Record<string, string>
  >,
  kept: 'finished before',
  finished: 'finished',
  loss: 'loss',
  left: (stage: string | undefined, total: string | undefined) =>
    [stage && `${stage} left`, total && `${total} in all`].filter(Boolean).join(', '),
  stopping: 'Stopping; a training ends with a checkpoint. What is finished stays.',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    kinds: { train: '训练', judge: '评判', load: '压测', compare: '比较' },
    kept: '此前已完成',
    finished: '完成',
    loss: '损失',
    left: (stage, total) =>
      [stage && `本阶段剩余 ${stage}`, total && `全部剩余 ${total}`].filter(Boolean).join('，'),
    stopping: '正在停止；训练会保存检查点，已完成的部分保留。',
  },
};

/** Where output is no terminal, a line at most so often. */
const LINE_INTERVAL_MS = 5000;

export interface ExperimentDisplay {
  readonly show: (event: ExperimentEvent) => void;
  readonly showRun: (event: RunEvent) => void;
  /** Of work before the first stage, such as downloads. */
  readonly showTask: (progress: Progress) => void;
  stopping(): void;
  close(): void;
}

export function createExperimentDisplay(
  language: Language,
  stream: NodeJS.WriteStream = process.stderr,
): ExperimentDisplay {
  const text = TEXTS[language];
  const tasks = createTaskProgress(language, stream);
  const bar = stream.isTTY ? barLine(stream) : plainLine(stream);
  let loss = '';
  const say = (line: string) => {
    tasks.done();
    bar.clear();
    stream.write(`${line}\n`);
  };
  const nameOf = (id: string) => {
    const [kind = '', ...subject] = id.split('/');
    return [text.kinds[kind] ?? kind, subject.join('/')].filter((part) => part !== '').join(' ');
  };
  return {
    show(event) {
      if (event.type === 'stage') {
        const title = `[${event.place}/${event.stages}] ${nameOf(event.id)}`;
        loss = '';
        if (event.state === 'running') say(title);
        else say(`${title}: ${event.state === 'kept' ? text.kept : text.finished}`);
      }
      if (event.type === 'progress') {
        const { id, task, done, total, secondsLeft, totalSecondsLeft } = event;
        const times = text.left(durationOf(secondsLeft), durationOf(totalSecondsLeft));
        const doing = id.startsWith('train/') && task === 'train' ? loss : nameOfTask(task, language);
        bar.show({ done, total, words: [doing, times].filter((part) => part !== '').join('  ') });
      }
    },
    showRun(event) {
      if (event.type === 'step') loss = `${text.loss} ${event.loss.toFixed(4)}`;
      if (event.type === 'log' && event.level !== 'info') say(heard(event)[language]);
    },
    showTask: tasks.report,
    stopping: () => say(text.stopping),
    close() {
      tasks.done();
      bar.clear();
    },
  };
}

interface Line {
  show(step: { done: number; total: number | undefined; words: string }): void;
  clear(): void;
}

function barLine(stream: NodeJS.WriteStream): Line {
  let bar: SingleBar | undefined;
  return {
    show({ done, total = 0, words }) {
      if (!bar) {
        bar = new SingleBar({
          stream,
          format: '  {bar} {value}/{total}  {words}',
          barsize: 24,
          barCompleteChar: '█',
          barIncompleteChar: '░',
          hideCursor: true,
          clearOnComplete: true,
        });
        bar.start(total, done, { words });
      }
      bar.setTotal(total);
      bar.update(done, { words });
    },
    clear() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function plainLine(stream: NodeJS.WriteStream): Line {
  let last = performance.now();
  return {
    show({ done, total, words }) {
      const now = performance.now();
      if (now - last < LINE_INTERVAL_MS) return;
      last = now;
      stream.write(`  ${total === undefined ? done : `${done}/${total}`}  ${words}\n`);
    },
    clear: () => undefined,
  };
}

function durationOf(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : formatDuration(seconds);
}
