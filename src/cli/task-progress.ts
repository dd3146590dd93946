/** A line on standard error that shows how far long work is: the bar of a terminal, or a few lines elsewhere. */
import { SingleBar } from 'cli-progress';
import { type Bilingual, formatBytes, type Language, type OnProgress, type Progress } from '../core/index.ts';

const TASKS: Readonly<Record<string, Bilingual>> = {
  download: { en: 'download', zh: '下载' },
  'await download': { en: 'wait for another download of it', zh: '等待另一个下载完成' },
  'load weights': { en: 'load weights', zh: '加载权重' },
  'check rows': { en: 'check rows', zh: '检查数据' },
  tokenize: { en: 'tokenize', zh: '分词' },
  evaluate: { en: 'evaluate', zh: '评估' },
  predict: { en: 'predict', zh: '预测' },
  unpack: { en: 'unpack', zh: '解压' },
  'score labels': { en: 'score labels', zh: '标签打分' },
  generate: { en: 'generate', zh: '生成回答' },
  'ask teacher': { en: 'ask teacher', zh: '请求教师模型' },
  press: { en: 'load test', zh: '压测' },
  'ask endpoint': { en: 'ask endpoint', zh: '请求接口' },
};

/** Where output is no terminal, a line at most so often. */
const LINE_INTERVAL_MS = 5000;

export interface TaskProgress {
  readonly report: OnProgress;
  /** Ends the line, so that other output can follow. */
  done(): void;
}

export function createTaskProgress(
  language: Language,
  stream: NodeJS.WriteStream = process.stderr,
): TaskProgress {
  // Started by a supervisor, which shows it.
  if (process.send) {
    const report: OnProgress = (progress) => {
      if (process.connected) process.send!(progress);
    };
    return { report, done: () => undefined };
  }
  return stream.isTTY ? barProgress(language, stream) : lineProgress(language, stream);
}

function barProgress(language: Language, stream: NodeJS.WriteStream): TaskProgress {
  let bar: SingleBar | undefined;
  let task = '';
  const done = () => {
    bar?.stop();
    bar = undefined;
    task = '';
  };
  const report = (progress: Progress) => {
    const total = progress.total ?? 0;
    if (!bar || task !== progress.task) {
      done();
      task = progress.task;
      bar = new SingleBar({
        stream,
        format: '{task} {bar} {percentage}% {amount} {eta_formatted}',
        barsize: 24,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        hideCursor: true,
        clearOnComplete: true,
        etaBuffer: 50,
      });
      bar.start(total, 0, { task: nameOfTask(progress.task, language), amount: '' });
    }
    bar.setTotal(total);
    bar.update(progress.done, { amount: amountOf(progress) });
    if (total > 0 && progress.done >= total) done();
  };
  return { report, done };
}

function lineProgress(language: Language, stream: NodeJS.WriteStream): TaskProgress {
  let last = performance.now();
  const report = (progress: Progress) => {
    const now = performance.now();
    if (now - last < LINE_INTERVAL_MS) return;
    last = now;
    stream.write(`${nameOfTask(progress.task, language)} ${amountOf(progress)}\n`);
  };
  return { report, done: () => undefined };
}

/** A task in the words of a person. */
export function nameOfTask(task: string, language: Language): string {
  return TASKS[task]?.[language] ?? task;
}

function amountOf({ done, total, unit }: Progress): string {
  const shown = (value: number) => (unit === 'bytes' ? formatBytes(value) : String(value));
  return total === undefined ? shown(done) : `${shown(done)}/${shown(total)}`;
}
