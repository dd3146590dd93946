/** `tunesmith api` as a process of its own, for as long as a measurement needs it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { RunError } from '../src/core/index.ts';
import { ROOT } from './rows.ts';

const LISTENING = /https?:\/\/[\d.]+:\d+/;

/**
 * @param settings words of `tunesmith api`; the port is a free one
 * @throws RunError with its last words when it ends before it listens
 */
export async function withApiServer<T>(
  settings: readonly string[],
  use: (origin: string) => Promise<T>,
): Promise<T> {
  const main = join(ROOT, 'src', 'cli', 'main.ts');
  const words = ['api', 'port=0', 'access_log=false', ...settings];
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TUNESMITH_LANG: 'en' },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    return await use(await originOf(child, ended));
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function originOf(child: ReturnType<typeof spawn>, ended: Promise<void>): Promise<string> {
  let said = '';
  const listening = new Promise<string>((resolve) => {
    child.stdout!.on('data', (data: Buffer) => {
      said += data;
      const match = LISTENING.exec(said);
      if (match) resolve(match[0]);
    });
  });
  child.stderr!.on('data', (data: Buffer) => {
    said = (said + data).slice(-4000);
  });
  const died = ended.then(() => {
    throw new RunError(`bench: tunesmith api ended before it listened: ${said.trim()}`);
  });
  died.catch(() => undefined); // it ends later too, when it is told to
  return Promise.race([listening, died]);
}
