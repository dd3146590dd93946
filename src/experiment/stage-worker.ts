/**
 * The process of a stage: takes its order from standard input, works into a folder that gets its name when all is
 * written, and tells progress and end by messages. It ends when the experiment that started it has gone.
 */
import { text } from 'node:stream/consumers';
import {
  createLogger,
  messageOf,
  type Progress,
  TunesmithError,
  textOf,
  told,
  writeFolderAtomic,
} from '../core/index.ts';
import type { FromStage, StageOrder } from './order.ts';
import { type StageMark, writeMark } from './stage.ts';

/** A page or a terminal shows no more. */
const PROGRESS_INTERVAL_MS = 200;

const logger = createLogger((line) => process.stdout.write(line));

function tell(message: FromStage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) resolve();
    else process.send!(message, () => resolve());
  });
}

function progressTeller(): (progress: Progress) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = performance.now();
    if (now - last < PROGRESS_INTERVAL_MS && progress.done !== progress.total) return;
    last = now;
    void tell({ progress });
  };
}

/** Only what the stage needs is loaded. */
async function carryOut(order: StageOrder, folder: string): Promise<void> {
  const onProgress = progressTeller();
  switch (order.kind) {
    case 'judge':
      return (await import('./judge-stage.ts')).judgeStage(order, folder, onProgress);
    case 'compare':
      return (await import('./compare-stage.ts')).compareStage(order, folder);
    case 'load':
      return (await import('./load-stage.ts')).loadStage(order, folder, onProgress);
  }
}

async function main(): Promise<void> {
  process.on('disconnect', () => process.exit(1));
  try {
    const order = JSON.parse(await text(process.stdin)) as StageOrder;
    const started = performance.now();
    let mark: StageMark | undefined;
    await writeFolderAtomic(order.folder, async (folder) => {
      await carryOut(order, folder);
      const seconds = (performance.now() - started) / 1000;
      mark = { key: order.key, seconds, finished: new Date().toISOString() };
      writeMark(folder, mark);
    });
    await tell({ finished: mark! });
  } catch (error) {
    const isKnown = error instanceof TunesmithError;
    logger.error(isKnown || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message));
    await tell({ code: isKnown ? error.code : 'internal', ...told(textOf(error)) });
    process.exitCode = 1;
  }
  process.disconnect?.();
}

await main();
