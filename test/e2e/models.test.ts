/** The program's commands for models by name, against a hub that stands on the loopback. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { GOLDEN } from '../support/golden.ts';
import { startHubServer } from '../support/hub-server.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const home = mkdtempSync(join(tmpdir(), 'e2e-models-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

it('tells what a model needs, fetches it, lists it and removes it', { timeout: 300_000 }, async () => {
  const model = (name: string) => readFileSync(join(GOLDEN, 'models', 'llama', name));
  const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
  const files = Object.fromEntries(names.map((name) => [name, model(name)]));
  await using server = await startHubServer({ repositories: { 'models/org/tiny': files } });
  const tunesmith = async (...words: string[]) => {
    const env = {
      ...process.env,
      HOME: home,
      XDG_CACHE_HOME: '',
      HF_HOME: '',
      TUNESMITH_CACHE: join(home, 'cache'),
      HF_ENDPOINT: server.url,
      LANG: 'en_US.UTF-8',
    };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', MAIN, 'models', ...words],
      { env },
    );
    return stdout;
  };
  const told = JSON.parse(await tunesmith('info', 'org/tiny', '--json'));
  const size = names.reduce((sum, name) => sum + files[name]!.length, 0);
  expect(told).toMatchObject({ id: 'org/tiny', downloadBytes: size });
  expect(told.methods.map(({ method }: { method: string }) => method)).toEqual([
    'full',
    'freeze',
    'lora',
    'qlora',
  ]);
  expect(told.needs).toHaveLength(6);
  expect(server.served.map((entry) => entry.split(' ')[0])).toEqual(['config.json']);
  expect(await tunesmith('get', 'org/tiny')).toMatch(/on this machine: .*models--org--tiny/);
  expect(await tunesmith('list')).toMatch(/hf:org\/tiny +\d/);
  expect(await tunesmith('remove', 'org/tiny')).toMatch(/removed hf:org\/tiny/);
  expect(await tunesmith('list')).toBe('no models are here yet\n');
  await expect(tunesmith('info', 'tiny')).rejects.toThrow(/tiny is no name on a hub; write org\/name/);
});
