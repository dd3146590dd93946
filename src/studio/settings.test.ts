/** Settings of the studio: what they set, what they leave as it was, and that tokens are for their owner alone. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SettingsStore } from './settings.ts';
import { StudioSettings } from './wire/index.ts';
import { Workspace } from './workspace.ts';

let folder: string;
let path: string;
let workspace: Workspace;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'studio-settings-'));
  path = join(folder, 'cache', 'settings.json');
  workspace = new Workspace(join(folder, 'work'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const settings = (part: Partial<StudioSettings>) => StudioSettings.parse(part);

it('sets what jobs inherit, and gives back what was there before', () => {
  const environment: NodeJS.ProcessEnv = { HF_ENDPOINT: 'https://before.example' };
  const store = new SettingsStore(path, workspace, environment);
  expect(environment).toEqual({ HF_ENDPOINT: 'https://before.example' });
  store.save(settings({ hub: 'ms', hfEndpoint: 'mirror.example', threads: 2, device: 'cpu' }));
  store.saveToken('hf', 'hf_secret');
  const set = { HF_ENDPOINT: 'mirror.example', USE_MODELSCOPE_HUB: '1', HF_TOKEN: 'hf_secret' };
  expect(environment).toEqual(set);
  expect(workspace.defaults).toEqual({ device: 'cpu', num_threads: 2 });
  // As a studio that is started anew finds it.
  const later: NodeJS.ProcessEnv = {};
  const again = new SettingsStore(path, new Workspace(join(folder, 'work')), later);
  expect(later).toEqual(set);
  again.save(settings({}));
  again.saveToken('hf', '');
  expect(later).toEqual({});
  store.save(settings({}));
  expect(environment['HF_ENDPOINT']).toBe('https://before.example');
});

it('keeps tokens for the user alone, and tells none', () => {
  const store = new SettingsStore(path, workspace, {});
  store.saveToken('ms', 'ms_secret');
  expect(JSON.stringify(store.settings)).not.toContain('secret');
  expect(readFileSync(path, 'utf8')).toContain('ms_secret');
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o077).toBe(0);
});

it.each(['a b', 'ftp://x', 'http://', '$(id)'])('takes %j for no endpoint', (hfEndpoint) => {
  const store = new SettingsStore(path, workspace, {});
  expect(() => store.save(settings({ hfEndpoint }))).toThrow('is no address');
});

it('says which file is broken', () => {
  new SettingsStore(path, workspace, {}).saveToken('hf', 'x');
  writeFileSync(path, '{');
  expect(() => new SettingsStore(path, workspace, {})).toThrow('holds no settings of the studio');
});
