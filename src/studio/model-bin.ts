/**
 * Models that were removed: each is moved aside on its own disk, which costs nothing, and is deleted a day later, or
 * when someone asks. What was moved where is written down before it happens, so that nothing is lost half-way.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ModelError, writeJsonAtomic } from '../core/index.ts';
import { MissingError } from './bind-route.ts';
import type { RemovedModel } from './wire/index.ts';

interface Binned {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly sizeBytes: number;
  readonly removed: string;
  readonly from: string;
  /** Where it is meanwhile; absent when only its place in the list went. */
  readonly at?: string;
}

const KEPT_MS = 24 * 60 * 60 * 1000;

export class ModelBin {
  readonly #file: string;
  readonly #now: () => number;

  /** @param file that lists what is in the bin */
  constructor(file: string, now: () => number = Date.now) {
    this.#file = file;
    this.#now = now;
  }

  /** The latest first; what has been there for a day is deleted. */
  list(): RemovedModel[] {
    const old = this.#read().filter((one) => this.#endOf(one) <= this.#now());
    for (const { id } of old) this.purge(id);
    return this.#read()
      .map((one) => ({
        id: one.id,
        title: one.title,
        sizeBytes: one.at === undefined ? 0 : one.sizeBytes,
        until: new Date(this.#endOf(one)).toISOString(),
      }))
      .reverse();
  }

  /** @param model whose files are moved, or which only leaves a list @returns what brings it back */
  put(
    model: { name: string; title: string; sizeBytes: number; path: string },
    takes: 'files' | 'entry',
  ): string {
    const { name, title, sizeBytes, path: from } = model;
    const id = randomBytes(8).toString('hex');
    // Beside it, under a name that no list of models takes up.
    const at = takes === 'files' ? join(dirname(from), `.removed-${id}`) : undefined;
    const removed = new Date(this.#now()).toISOString();
    this.#write([...this.#read(), { id, name, title, sizeBytes, removed, from, ...(at && { at }) }]);
    if (at) renameSync(from, at);
    return id;
  }

  /** @returns its name and where it lies again */
  restore(id: string): { name: string; path: string; takes: 'files' | 'entry' } {
    const { name, from, at } = this.#get(id);
    if (at !== undefined && existsSync(at)) {
      if (existsSync(from)) {
        throw new ModelError({
          en: `${name}: there is another one by now, at ${from}; remove that one first`,
          zh: `${name}：${from} 处已有另一个；请先删除那个`,
        });
      }
      renameSync(at, from);
    }
    this.#write(this.#read().filter((one) => one.id !== id));
    return { name, path: from, takes: at === undefined ? 'entry' : 'files' };
  }

  purge(id: string): void {
    const { at } = this.#get(id);
    if (at !== undefined) rmSync(at, { recursive: true, force: true });
    this.#write(this.#read().filter((one) => one.id !== id));
  }

  #get(id: string): Binned {
    const found = this.#read().find((one) => one.id === id);
    if (found) return found;
    throw new MissingError({
      en: 'bin: this model is not there any more; fetch it again',
      zh: '回收站：该模型已不在；请重新获取',
    });
  }

  #endOf({ removed }: Binned): number {
    return Date.parse(removed) + KEPT_MS;
  }

  #read(): Binned[] {
    if (!existsSync(this.#file)) return [];
    return JSON.parse(readFileSync(this.#file, 'utf8')) as Binned[];
  }

  #write(all: readonly Binned[]): void {
    writeJsonAtomic(this.#file, all);
  }
}
