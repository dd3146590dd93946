/** The routes of models, over HTTP, with a program that tells what it was asked: lists, needs, removal, paths, names. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startBareStudio } from '../../../test/support/bare-studio.ts';
import { GOLDEN } from '../../../test/support/golden.ts';
import type { RunningStudio } from '../index.ts';
import type { Model, ModelNeeds, RemovedModel } from '../wire/index.ts';

vi.setConfig({ testTimeout: 60_000 });

/** As `models info --json` prints. */
const PROGRAM = `
const [what, verb, flag, ...names] = process.argv.slice(2);
for (const name of names) {
  const needs = [{ use: 'train', dtype: 'bf16', bytes: 1000, fit: 'fits' }, { use: 'serve', dtype: 'bf16', bytes: 1e18, fit: 'fits' }];
  const isHere = !name.startsWith('ms:');
  console.log(JSON.stringify({ name, isHere, family: 'llama', needs, freeBytes: 1, totalBytes: 2 }));
}
`;

let folder: string;
let studio: RunningStudio;
let elsewhere: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'model-routes-'));
  for (const name of ['HF_HOME', 'HF_HUB_CACHE', 'MODELSCOPE_CACHE', 'TUNESMITH_CACHE']) {
    vi.stubEnv(name, join(folder, name));
  }
  writeFileSync(join(folder, 'program.mjs'), PROGRAM);
  const hub = join(folder, 'HF_HUB_CACHE', 'models--org--tiny');
  copyModel(join(hub, 'snapshots', 'abc1234'));
  mkdirSync(join(hub, 'refs'));
  writeFileSync(join(hub, 'refs', 'main'), 'abc1234');
  writeFileSync(join(hub, 'snapshots', 'abc1234', 'README.md'), '---\nlicense: mit\n---\n');
  mkdirSync(join(folder, 'HF_HUB_CACHE', 'models--org--begun', 'blobs'), { recursive: true });
  copyModel(join(folder, 'work', 'models', 'own'));
  elsewhere = join(folder, 'elsewhere', 'other');
  copyModel(elsewhere);
  studio = await startBareStudio(folder, [join(folder, 'program.mjs')]);
});
afterAll(async () => {
  await studio.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function copyModel(target: string): void {
  cpSync(join(GOLDEN, 'models', 'llama'), target, { recursive: true });
}

async function ask<T>(
  path: string,
  body?: unknown,
  method = body === undefined ? 'GET' : 'POST',
): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${studio.port}${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const told = (await response.json()) as T & { error?: { message: string } };
  if (told.error) throw new Error(told.error.message);
  return told;
}

interface List {
  readonly models: Model[];
  readonly removed: RemovedModel[];
}
const list = () => ask<List>('/api/models');
const named = async (title: string) => (await list()).models.find((model) => model.title === title);

it('lists starters, what hubs brought, and own models, each with what can be done', async () => {
  const { models } = await list();
  const told = models.map(({ title, kind, isHere, removes, license }) => ({
    title,
    kind,
    isHere,
    removes,
    license,
  }));
  expect(told).toContainEqual({
    title: 'hf:org/tiny',
    kind: 'hub',
    isHere: true,
    removes: 'files',
    license: 'mit',
  });
  expect(told).toContainEqual({ title: 'hf:org/begun', kind: 'hub', isHere: false, removes: 'files' });
  expect(told).toContainEqual({ title: 'own', kind: 'folder', isHere: true, removes: 'files' });
  expect(told.filter(({ kind }) => kind === 'starter').length).toBeGreaterThan(1);
});

it('tells what each needs, and how that stands to this machine', async () => {
  const { models } = await ask<{ models: ModelNeeds[] }>('/api/models/needs');
  const needs = models.find(({ name }) => name === 'hf:org/tiny')!.needs;
  expect(needs.map(({ fit }) => fit)).toEqual(['fits', 'too large']);
  expect(models.some(({ name }) => name === 'hf:org/begun')).toBe(false);
});

it('removes a model and brings it back', async () => {
  const { name, place } = (await named('hf:org/tiny'))!;
  const { undo } = await ask<{ undo: string }>('/api/models/remove', { name });
  expect(existsSync(place!)).toBe(false);
  expect(await named('hf:org/tiny')).toBeUndefined();
  expect((await list()).removed).toMatchObject([{ id: undo, title: 'hf:org/tiny' }]);
  await ask(`/api/models/removed/${undo}/restore`, {});
  expect(existsSync(place!)).toBe(true);
  expect(await named('hf:org/tiny')).toMatchObject({ isHere: true });
});

it('adds a folder of this machine where it lies, and takes it off the list without touching it', async () => {
  expect(await ask('/api/models/add', { path: elsewhere })).toEqual({ name: elsewhere });
  expect(await named('other')).toMatchObject({ removes: 'entry', place: elsewhere });
  const { undo } = await ask<{ undo: string }>('/api/models/remove', { name: elsewhere });
  expect(await named('other')).toBeUndefined();
  expect(existsSync(elsewhere)).toBe(true);
  await ask(`/api/models/removed/${undo}/restore`, {});
  expect(await named('other')).toMatchObject({ isHere: true });
});

it.each([
  ['nowhere', '/api/models/add', { path: '/nowhere/at/all' }, 'no such folder or file'],
  ['a path that is not whole', '/api/models/add', { path: 'models/own' }, 'give its whole path'],
  ['a folder without a model', '/api/models/add', { path: tmpdir() }, 'is no model'],
  ['an option for a name', '/api/models/look', { name: '--help' }, 'is no name on a hub'],
  ['a path for a name', '/api/models/fetch', { name: '../../etc' }, 'is no name on a hub'],
  ['a model that is not here', '/api/models/remove', { name: '/etc' }, 'is not here'],
  ['a licence that nobody accepted', '/api/models/fetch', { name: 'starter:gemma-3-270m' }, 'accepted first'],
])('refuses %s', async (_, path, body, message) => {
  await expect(ask(path, body)).rejects.toThrow(message);
});

it('asks the hub that was meant', async () => {
  const told = await ask<{ name: string }>('/api/models/look', { name: 'ms:org/name' });
  expect(told).toMatchObject({ name: 'ms:org/name', isHere: false, family: 'llama' });
});
