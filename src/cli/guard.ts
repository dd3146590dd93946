/**
 * Commands that compute run in a child process that shares the terminal: when native code ends it, what is left is a
 * sentence and not a silent prompt.
 */
import { spawn } from 'node:child_process';
import type { Bilingual, Language } from '../core/index.ts';

const MARK = 'TUNESMITH_GUARDED';

/** Whether this process is the child. */
export function isGuarded(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment[MARK] === '1';
}

/**
 * Runs this program again with the same words.
 * @returns the exit code to end with
 */
export function runGuarded(language: Language): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [MARK]: '1' },
  });
  // The terminal sends Ctrl-C to both; the child decides what it means.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore);
      const sentence = crashSentence(code, signal);
      if (sentence) process.stderr.write(`error: ${sentence[language]}\n`);
      resolve(sentence ? 1 : (code ?? 0));
    });
  });
}

/** What a death by native code means, in words; undefined for an ordinary end. */
function crashSentence(code: number | null, signal: NodeJS.Signals | null): Bilingual | undefined {
  if (signal === 'SIGKILL' || code === 137) {
    return {
      en: 'engine: the process was killed, most likely because memory ran out; use a smaller model or batch, or bf16: true',
      zh: 'engine：进程被终止，多半是内存不足；请换更小的模型或批量，或设置 bf16: true',
    };
  }
  const native = ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE'];
  const died =
    signal && native.includes(signal)
      ? signal
      : code !== null && code > 128
        ? `exit code ${code}`
        : undefined;
  if (!died || code === 130 || code === 143) return undefined;
  return {
    en: `engine: native code crashed (${died}); its last words stand above. Try TUNESMITH_NATIVE=off, and report it with the command`,
    zh: `engine：原生代码崩溃（${died}），上方是它的最后输出；可先设置 TUNESMITH_NATIVE=off 再试，并请附上命令反馈`,
  };
}
