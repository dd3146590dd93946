/** What is said when a run's process died without a word of its own. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bilingual, RunError } from '../core/index.ts';
import { lastCheckpoint } from '../runs/index.ts';

export const RUN_LOG = 'run.log';

/** How a process ended; both null where nobody saw it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A shell tells a signal as 128 and its number. */
const SIGNALS: Readonly<Record<number, string>> = {
  132: 'SIGILL',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
};
const CRASHES = ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL'];
/** The end of a log is where a crash says its last words. */
const WORDS_BYTES = 2000;

/** The error that tells a death, with last words and what to do. */
export function deathOf(outputDir: string, exit: Exit): RunError {
  const words = lastWords(outputDir);
  const step = lastCheckpoint(outputDir)?.step;
  const resume = `"tunesmith runs resume ${outputDir}"`;
  const goOn =
    step === undefined
      ? {
          en: 'no checkpoint was written yet; lower save_steps to lose less',
          zh: '尚未保存检查点；减小 save_steps 可少损失一些进度',
        }
      : {
          en: `the run goes on from checkpoint-${step} with ${resume}`,
          zh: `可用 ${resume} 从 checkpoint-${step} 继续`,
        };
  const quoted = words
    ? { en: ` (last words in ${RUN_LOG}: ${words})`, zh: `（${RUN_LOG} 中的最后输出：${words}）` }
    : { en: '', zh: '' };
  const { what, remedy } = diagnose(exit, words);
  return new RunError({
    en: `run ${outputDir}: ${what.en}${quoted.en}; ${remedy.en}; ${goOn.en}`,
    zh: `运行 ${outputDir}：${what.zh}${quoted.zh}；${remedy.zh}；${goOn.zh}`,
  });
}

const SMALLER: Bilingual = {
  en: 'lower per_device_train_batch_size or cutoff_len, or set bf16: true',
  zh: '请减小 per_device_train_batch_size 或截断长度 cutoff_len，或设置 bf16: true',
};
const AGAIN: Bilingual = { en: 'start it again', zh: '请重新启动' };

function diagnose({ code, signal }: Exit, words: string): { what: Bilingual; remedy: Bilingual } {
  const name = signal ?? (code === null ? undefined : SIGNALS[code]);
  if (/heap out of memory/i.test(words)) {
    return {
      what: { en: 'its process had too little memory for the rows', zh: '进程的内存不足以容纳数据' },
      remedy: {
        en: 'use fewer rows (max_samples), or start with NODE_OPTIONS=--max-old-space-size=8192',
        zh: '请减少数据（max_samples），或以 NODE_OPTIONS=--max-old-space-size=8192 启动',
      },
    };
  }
  if (name === 'SIGKILL') {
    return {
      what: {
        en: 'its process was killed (SIGKILL), as the system does when memory runs out',
        zh: '进程被终止（SIGKILL），内存不足时系统会这样做',
      },
      remedy: {
        en: `if nobody killed it, ${SMALLER.en}, or close other programs`,
        zh: `若非人为终止，${SMALLER.zh}，或关闭其他程序`,
      },
    };
  }
  if (name !== undefined && CRASHES.includes(name)) {
    return {
      what: { en: `the engine crashed in native code (${name})`, zh: `引擎在原生代码中崩溃（${name}）` },
      remedy: {
        en: `try once more; if it crashes again, ${SMALLER.en}, and report the last words`,
        zh: `请再试一次；若再次崩溃，${SMALLER.zh}，并反馈最后的输出`,
      },
    };
  }
  if (name !== undefined) {
    return { what: { en: `its process was ended by ${name}`, zh: `进程被 ${name} 结束` }, remedy: AGAIN };
  }
  if (code === null) {
    return {
      what: { en: 'its process is gone without a word', zh: '进程已消失，没有留下说明' },
      remedy: AGAIN,
    };
  }
  return {
    what: { en: `its process ended with exit code ${code}`, zh: `进程以退出码 ${code} 结束` },
    remedy: { en: `see ${RUN_LOG}`, zh: `请看 ${RUN_LOG}` },
  };
}

/** The last lines of the run's log that are no log lines of ours, joined into one. */
function lastWords(outputDir: string): string {
  const path = join(outputDir, RUN_LOG);
  if (!existsSync(path)) return '';
  const lines = readFileSync(path).subarray(-WORDS_BYTES).toString('utf8').split('\n');
  const own = /^\d{4}-\d\d-\d\dT/;
  const words = lines.slice(lines.findLastIndex((line) => own.test(line)) + 1);
  return words
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-5)
    .join(' | ')
    .slice(-500);
}
