/**
 * Files of a hub come in parts, several at a time, each where it belongs in a file that is not there under its name
 * before its digest is right. What a broken transfer or a killed program left is taken up by the next one.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type Bilingual, HubError, messageOf, StorageError, textOf, writeFileAtomic } from '../core/index.ts';
import { type HubClient, type Response, UnreachableError } from './hub-request.ts';
import type { RepositoryFile } from './repository.ts';

export interface WantedFile extends RepositoryFile {
  /** Where it belongs. */
  readonly target: string;
}

export interface FetchOptions {
  readonly onBytes: (bytes: number) => void;
  readonly partBytes?: number;
  readonly atOnce?: number;
}

const PART_BYTES = 32 * 2 ** 20;
const PARTS_AT_ONCE = 4;
/** Tries of a part that brought nothing; one that brought something may be followed by as many again. */
const MOST_FAILURES = 5;

/** A hub that answers a wish for a part with the whole. */
class NoParts extends Error {}

/** @throws HubError when a transfer breaks again and again or its content is wrong; StorageError when it cannot be kept */
export async function fetchFiles(
  client: HubClient,
  files: readonly WantedFile[],
  { onBytes, partBytes = PART_BYTES, atOnce = PARTS_AT_ONCE }: FetchOptions,
): Promise<void> {
  const started = files.map((file) => new PartialFile(file, partBytes, onBytes));
  // Nothing is left to fetch of an empty file, and of one whose program was killed before its end.
  for (const file of started) if (file.missing().length === 0) await file.finish();
  const waiting = started.flatMap((file) => file.missing().map((part) => ({ file, part })));
  let failure: unknown;
  const work = async () => {
    for (let next = waiting.shift(); next && failure === undefined; next = waiting.shift()) {
      try {
        await fetchPart(client, next.file, next.part);
        if (next.file.missing().length === 0) await next.file.finish();
      } catch (error) {
        failure ??= error;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    for (const file of started) file.close();
  }
  if (failure instanceof NoParts) {
    const rest = started.filter(({ isDone }) => !isDone);
    for (const file of rest) file.forget();
    await fetchFiles(
      client,
      rest.map(({ file }) => file),
      { onBytes, partBytes: Number.POSITIVE_INFINITY, atOnce },
    );
    return;
  }
  if (failure !== undefined) throw failure;
}

interface Part {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

class PartialFile {
  readonly file: WantedFile;
  isDone = false;
  readonly #path: string;
  readonly #notes: string;
  readonly #partBytes: number;
  readonly #done: Set<number>;
  readonly #onBytes: (bytes: number) => void;
  #descriptor: number | undefined;
  #counted = 0;

  constructor(file: WantedFile, partBytes: number, onBytes: (bytes: number) => void) {
    this.file = file;
    this.#partBytes = Math.min(partBytes, Math.max(1, file.sizeBytes));
    this.#onBytes = onBytes;
    // Not the name that Python's library uses, which takes such a file's length for what is done.
    this.#path = `${file.target}.tunesmith-part`;
    this.#notes = `${this.#path}.json`;
    this.#descriptor = stored(file.target, () => {
      mkdirSync(dirname(this.#path), { recursive: true });
      return openSync(this.#path, existsSync(this.#path) ? 'r+' : 'w+');
    });
    this.#done = new Set(this.#readNotes());
    stored(file.target, () => ftruncateSync(this.#descriptor!, file.sizeBytes));
    this.count(
      this.#parts()
        .filter(({ index }) => this.#done.has(index))
        .reduce((sum, { from, to }) => sum + to - from, 0),
    );
  }

  missing(): Part[] {
    return this.#parts().filter(({ index }) => !this.#done.has(index));
  }

  write(bytes: Uint8Array, at: number): void {
    stored(this.file.target, () => writeSync(this.#descriptor!, bytes, 0, bytes.length, at));
    this.count(bytes.length);
  }

  count(bytes: number): void {
    this.#counted += bytes;
    this.#onBytes(bytes);
  }

  note({ index }: Part): void {
    this.#done.add(index);
    if (this.#parts().length > 1) {
      writeFileAtomic(
        this.#notes,
        JSON.stringify({
          digest: this.file.digest?.value,
          partBytes: this.#partBytes,
          done: [...this.#done],
        }),
      );
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Takes back what was counted, and removes what is there. */
  forget(): void {
    this.count(-this.#counted);
    rmSync(this.#path, { force: true });
    rmSync(this.#notes, { force: true });
  }

  /** @throws HubError when the content is not what the hub says it is */
  async finish(): Promise<void> {
    const { digest, sizeBytes, path, target } = this.file;
    const found = digest && (await digestOf(this.#path, digest.kind, sizeBytes));
    if (found !== digest?.value) {
      this.forget();
      throw new HubError({
        en: `hub: ${path} came with the ${digest?.kind} ${found}, where ${digest?.value} is due; run again, and if it stays so, take it from another endpoint`,
        zh: `模型库：${path} 的 ${digest?.kind} 是 ${found}，应为 ${digest?.value}；请重新运行，若仍如此，请换一个下载地址`,
      });
    }
    this.close();
    rmSync(this.#notes, { force: true });
    stored(target, () => renameSync(this.#path, target));
    this.isDone = true;
  }

  #parts(): Part[] {
    const { sizeBytes } = this.file;
    return Array.from({ length: Math.ceil(sizeBytes / this.#partBytes) }, (_, index) => {
      const from = index * this.#partBytes;
      return { index, from, to: Math.min(sizeBytes, from + this.#partBytes) };
    });
  }

  #readNotes(): number[] {
    if (!existsSync(this.#notes)) return [];
    try {
      const notes = JSON.parse(readFileSync(this.#notes, 'utf8')) as {
        digest?: string;
        partBytes: number;
        done: number[];
      };
      const isSame = notes.digest === this.file.digest?.value && notes.partBytes === this.#partBytes;
      return isSame ? notes.done : [];
    } catch {
      return []; // Torn notes: every part is fetched again.
    }
  }
}

async function fetchPart(client: HubClient, file: PartialFile, part: Part): Promise<void> {
  const { path, url, sizeBytes } = file.file;
  let at = part.from;
  for (let failures = 0; at < part.to; ) {
    const began = at;
    let reason: Bilingual = { en: 'it ended early', zh: '提前结束' };
    try {
      const isWhole = at === 0 && part.to === sizeBytes;
      const range = { range: `bytes=${at}-${part.to - 1}` };
      const response = await client.get(url, path, {
        'accept-encoding': 'identity',
        ...(isWhole ? {} : range),
      });
      await checkPart(response, at, isWhole, path);
      for await (const bytes of response.body ?? []) {
        if (at + bytes.length > part.to)
          throw new HubError({
            en: `hub: ${path} is longer than the hub says; run again`,
            zh: `模型库：${path} 比模型库所说的更长；请重新运行`,
          });
        file.write(bytes, at);
        at += bytes.length;
      }
    } catch (error) {
      if (error instanceof NoParts && part.from === 0 && part.to === sizeBytes) {
        // What has come cannot be continued, so it is fetched from its start.
        file.count(-at);
        at = 0;
      } else if (error instanceof UnreachableError) {
        if (failures === MOST_FAILURES - 1) throw error;
      } else if (error instanceof NoParts || error instanceof HubError || error instanceof StorageError) {
        throw error;
      }
      reason = textOf((error as { cause?: unknown }).cause ?? error);
    }
    if (at >= part.to) break;
    failures = at > began ? 1 : failures + 1;
    if (failures === MOST_FAILURES) {
      throw new HubError({
        en: `hub: ${path} stopped coming after ${at} of ${sizeBytes} bytes, ${reason.en}; run again, it goes on from there`,
        zh: `模型库：${path} 在 ${sizeBytes} 字节中的第 ${at} 字节处中断（${reason.zh}）；请重新运行，会从此处继续`,
      });
    }
    await client.pause(failures);
  }
  file.note(part);
}

async function checkPart(response: Response, at: number, isWhole: boolean, path: string): Promise<void> {
  if (isWhole) return;
  const range = response.headers.get('content-range');
  if (response.status === 206 && range?.startsWith(`bytes ${at}-`)) return;
  await response.body?.cancel();
  if (response.status === 200) throw new NoParts();
  throw new HubError({
    en: `hub: asked for ${path} from byte ${at}, the hub gives ${range}; take it from another endpoint`,
    zh: `模型库：请求 ${path} 从第 ${at} 字节起的内容，得到的却是 ${range}；请换一个下载地址`,
  });
}

/** As git names a file by its content, or the plain sha256. */
export async function digestOf(
  path: string,
  kind: 'sha256' | 'git-sha1',
  sizeBytes: number,
): Promise<string> {
  const hash = createHash(kind === 'sha256' ? 'sha256' : 'sha1');
  if (kind === 'git-sha1') hash.update(`blob ${sizeBytes}\0`);
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest('hex');
}

function stored<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new StorageError(
      {
        en: `${path}: cannot be written, ${messageOf(error)}; free some space, or choose another cache`,
        zh: `${path}：无法写入，${messageOf(error, 'zh')}；请腾出空间，或换一个缓存文件夹`,
      },
      error,
    );
  }
}
