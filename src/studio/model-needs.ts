/**
 * What the models on this machine need of its memory. Reckoned by the program, which knows how models are built, and
 * kept for as long as a model's files stay what they are; how that stands to what is free is looked at each time.
 */
import { statSync } from 'node:fs';
import { freemem } from 'node:os';
import { machineMemoryBytes, memoryFit, TunesmithError, textOf, told } from '../core/index.ts';
import { askProgram } from './ask-program.ts';
import type { Model, ModelNeeds as Told } from './wire/index.ts';

/** What the machine has, in bytes. */
export interface Memory {
  readonly free: number;
  readonly total: number;
}

export class ModelNeeds {
  readonly #program: readonly string[];
  readonly #known = new Map<string, Told>();
  /** One question at a time: each starts a process. */
  #asking: Promise<unknown> = Promise.resolve();

  constructor(program: readonly string[]) {
    this.#program = program;
  }

  /** Of the models that can be judged by what is here. */
  async of(models: readonly Model[]): Promise<Told[]> {
    const asked = models.filter(({ isHere, kind }) => isHere || kind === 'starter');
    const answer = this.#asking.then(() => this.#learn(asked));
    this.#asking = answer.catch(() => undefined);
    await answer;
    const memory = memoryNow();
    return asked.flatMap((model) => {
      const told = this.#known.get(keyOf(model));
      return told ? [{ ...told, needs: withFit(told.needs, memory) }] : [];
    });
  }

  async #learn(models: readonly Model[]): Promise<void> {
    const unknown = models.filter((model) => !this.#known.has(keyOf(model)));
    if (unknown.length === 0) return;
    const told = await this.#ask(unknown.map(({ name }) => name));
    unknown.forEach((model, index) => {
      this.#known.set(keyOf(model), told[index] ?? { name: model.name, needs: [] });
    });
  }

  /** Goes on when the page that asked is gone: the next one asks the same. */
  async #ask(names: readonly string[]): Promise<Told[]> {
    try {
      const { signal } = new AbortController();
      const words = ['models', 'info', '--json', ...names];
      const lines = await askProgram(words, { program: this.#program, signal });
      return lines.trim().split('\n').map(readLine);
    } catch (error) {
      // Of one alone the program says it as an error.
      if (names.length > 1 || !(error instanceof TunesmithError)) throw error;
      return [{ name: names[0]!, needs: [], problem: told(textOf(error)) }];
    }
  }
}

export function memoryNow(): Memory {
  const free = process.availableMemory?.() ?? freemem();
  const total = machineMemoryBytes();
  return { free: Math.min(free, total), total };
}

function withFit(needs: Told['needs'], memory: Memory): Told['needs'] {
  return needs.map((need) => ({ ...need, fit: memoryFit(need.bytes, memory) }));
}

function readLine(line: string): Told {
  const { name, family, needs = [], problem } = JSON.parse(line) as Partial<Told> & { name: string };
  return { name, needs, ...(family !== undefined && { family }), ...(problem !== undefined && { problem }) };
}

function keyOf({ name, place, isHere, sizeBytes }: Model): string {
  const changed = place === undefined ? undefined : statSync(place, { throwIfNoEntry: false })?.mtimeMs;
  return JSON.stringify([name, isHere, sizeBytes, changed]);
}
