/** The process that reads rows: asked, ended by the system between two questions or in the middle of one, and asked again. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DataDesk } from './data-desk.ts';

vi.setConfig({ testTimeout: 120_000 });

const started = vi.hoisted(() => [] as ChildProcess[]);
vi.mock('node:child_process', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:child_process')>();
  const spawn = (...words: Parameters<typeof original.spawn>) => {
    const child = original.spawn(...words);
    started.push(child);
    return child;
  };
  return { ...original, spawn };
});

let folder: string;
let desk: DataDesk;
const ask = () => desk.ask('judgedLabel', { path: join(folder, 'rows.jsonl'), file: 'a.json', row: 2 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-desk-'));
  const rows = [1, 2].map((row) => `{"file":"a.json","row":${row},"truth":"label ${row}"}\n`);
  writeFileSync(join(folder, 'rows.jsonl'), rows.join(''));
  desk = new DataDesk(120_000);
  started.length = 0;
});
afterEach(() => {
  desk[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

it('answers again when its process was ended between two questions', async () => {
  expect(await ask()).toBe('label 2');
  started[0]!.kill('SIGKILL');
  await once(started[0]!, 'exit');
  expect(await ask()).toBe('label 2');
  expect(started).toHaveLength(2);
});

it('says that it ended early in the middle of one, and answers the next', async () => {
  const answer = ask();
  await vi.waitFor(() => expect(started).toHaveLength(1));
  started[0]!.kill('SIGKILL');
  await expect(answer).rejects.toThrow('reading ended early');
  expect(await ask()).toBe('label 2');
});
