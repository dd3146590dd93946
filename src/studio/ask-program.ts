/** Runs a short command of the program and takes what it prints; for questions whose answer needs rooms that the studio does not load. */
import { spawn } from 'node:child_process';
import { heard, type Language, messageOf, type Progress, TunesmithError } from '../core/index.ts';
import type { CommandFailed } from '../jobs/index.ts';

const MOST_BYTES = 16 * 2 ** 20;
const TIMEOUT_MS = 120_000;

/**
 * @param language of what it writes; that of the environment when absent
 * @throws TunesmithError with what the command said in its error
 */
export function askProgram(
  words: readonly string[],
  { program, signal, language }: { program: readonly string[]; signal: AbortSignal; language?: Language },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...program, ...words], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        NO_COLOR: '1',
        TUNESMITH_GUARDED: '1',
        ...(language && { TUNESMITH_LANG: language }),
      },
      signal,
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    let output = '';
    let complaint = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > MOST_BYTES) child.kill('SIGKILL');
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-8000);
    });
    child.on('error', (error) =>
      reject(
        new TunesmithError(
          'command',
          {
            en: `${words[0]}: ${error.message}; see the terminal`,
            zh: `${words[0]}：${messageOf(error, 'zh')}；请查看终端`,
          },
          error,
        ),
      ),
    );
    let failure: CommandFailed['failed'] | undefined;
    child.on('message', (message: CommandFailed | Progress) => {
      if ('failed' in message) failure = message.failed;
    });
    const end = (code: number | null) => {
      if (code === 0) return resolve(output);
      if (failure) return reject(new TunesmithError(failure.code, heard(failure)));
      const sentence = /error: ([\s\S]*)$/.exec(complaint)?.[1]?.trim();
      const text = sentence || {
        en: `${words[0]}: ended with exit code ${code}; see the terminal`,
        zh: `${words[0]}：以退出码 ${code} 结束；请查看终端`,
      };
      return reject(new TunesmithError('command', text));
    };
    // What it says by message may come after the last of its lines.
    child.on('close', (code) => (child.connected ? child.once('disconnect', () => end(code)) : end(code)));
  });
}
