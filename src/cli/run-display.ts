/** What a run tells, on a terminal: a bar and lines above it, or lines alone where output goes into a file. */
import { SingleBar } from 'cli-progress';
import { formatDuration, heard, type Language, reasonIn } from '../core/index.ts';
import type { RunEvent, StepEvent } from '../runs/index.ts';
import { shownPath } from './shown-path.ts';
import { createTaskProgress, type TaskProgress } from './task-progress.ts';

const EN = {
  bar: '{bar} {value}/{total}  loss {loss}  lr {rate}  {speed} tokens/s  {left} left',
  step: (step: string, loss: string, rate: string, speed: string, left: string) =>
    `step ${step}  loss ${loss}  lr ${rate}  ${speed} tokens/s  ${left} left`,
  evaluation: (step: number, loss: string) => `step ${step}: loss on held-out rows ${loss}`,
  checkpoint: (path: string) => `checkpoint: ${path}`,
  finding: (file: string, row: number, reason: string) => `${file} row ${row}: ${reason}`,
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    bar: '{bar} {value}/{total}  损失 {loss}  学习率 {rate}  {speed} token/秒  剩余 {left}',
    step: (step, loss, rate, speed, left) =>
      `第 ${step} 步  损失 ${loss}  学习率 ${rate}  ${speed} token/秒  剩余 ${left}`,
    evaluation: (step, loss) => `第 ${step} 步：留出数据上的损失 ${loss}`,
    checkpoint: (path) => `检查点：${path}`,
    finding: (file, row, reason) => `${file} 第 ${row} 行：${reason}`,
  },
};

/** Without a terminal: a line for each log, else one at most so often. */
const LINE_INTERVAL_MS = 5000;

export interface RunDisplay {
  show(event: RunEvent): void;
  /** A line of its own. */
  say(line: string): void;
  /** Takes the bar away. */
  close(): void;
}

export function createRunDisplay(
  language: Language,
  stream: NodeJS.WriteStream = process.stderr,
  now = () => performance.now(),
): RunDisplay {
  const steps = stream.isTTY ? new StepBar(language, stream) : new StepLines(language, stream, now);
  return new Display(language, { stream, steps, tasks: createTaskProgress(language, stream) });
}

interface Steps {
  show(event: StepEvent): void;
  /** Gives way to other lines; the next step brings it back. */
  hide(): void;
}

class Display implements RunDisplay {
  readonly #language: Language;
  readonly #stream: NodeJS.WriteStream;
  readonly #steps: Steps;
  readonly #tasks: TaskProgress;

  constructor(
    language: Language,
    { stream, steps, tasks }: { stream: NodeJS.WriteStream; steps: Steps; tasks: TaskProgress },
  ) {
    this.#language = language;
    this.#stream = stream;
    this.#steps = steps;
    this.#tasks = tasks;
  }

  show(event: RunEvent): void {
    const text = TEXTS[this.#language];
    switch (event.type) {
      case 'step':
        this.#tasks.done();
        this.#steps.show(event);
        break;
      case 'progress':
        this.#steps.hide();
        this.#tasks.report(event);
        break;
      case 'log':
        this.say(heard(event)[this.#language]);
        break;
      case 'evaluation':
        this.say(text.evaluation(event.step, figure(event.evalLoss)));
        break;
      case 'checkpoint':
        this.say(text.checkpoint(shownPath(event.path)));
        break;
      case 'finding':
        this.say(text.finding(shownPath(event.file), event.row, reasonIn(event, this.#language)));
        break;
      case 'state':
      case 'result':
        break; // the summary at the end has them
    }
  }

  say(line: string): void {
    this.close();
    this.#stream.write(`${line}\n`);
  }

  close(): void {
    this.#steps.hide();
    this.#tasks.done();
  }
}

class StepBar implements Steps {
  readonly #language: Language;
  readonly #stream: NodeJS.WriteStream;
  #bar: SingleBar | undefined;

  constructor(language: Language, stream: NodeJS.WriteStream) {
    this.#language = language;
    this.#stream = stream;
  }

  show(event: StepEvent): void {
    const { loss, rate, speed, left } = figures(event);
    const shown = { loss, rate, speed, left };
    if (!this.#bar) {
      this.#bar = new SingleBar({
        stream: this.#stream,
        format: TEXTS[this.#language].bar,
        barsize: 24,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        hideCursor: true,
        clearOnComplete: true,
      });
      this.#bar.start(event.totalSteps, event.step, shown);
    }
    this.#bar.update(event.step, shown);
  }

  hide(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

class StepLines implements Steps {
  readonly #language: Language;
  readonly #stream: NodeJS.WriteStream;
  readonly #now: () => number;
  #last = Number.NEGATIVE_INFINITY;

  constructor(language: Language, stream: NodeJS.WriteStream, now: () => number) {
    this.#language = language;
    this.#stream = stream;
    this.#now = now;
  }

  show(event: StepEvent): void {
    const time = this.#now();
    if (event.loggedLoss === undefined && time - this.#last < LINE_INTERVAL_MS) return;
    this.#last = time;
    const { loss, rate, speed, left } = figures({ ...event, loss: event.loggedLoss ?? event.loss });
    const step = `${event.step}/${event.totalSteps}`;
    this.#stream.write(`${TEXTS[this.#language].step(step, loss, rate, speed, left)}\n`);
  }

  hide(): void {}
}

function figures({ loss, learningRate, tokensPerSecond, remainingSeconds }: StepEvent) {
  return {
    loss: figure(loss),
    rate: learningRate.toExponential(2),
    speed: tokensPerSecond.toFixed(0),
    left: formatDuration(remainingSeconds),
  };
}

function figure(value: number): string {
  return value.toFixed(4);
}
