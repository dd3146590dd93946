/** Models, serving, chat and settings in a real browser, against a hub that stands on the loopback. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { GOLDEN } from '../support/golden.ts';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { until } from '../support/studio.ts';
import { faultsOf, StudioSession } from '../support/studio-session.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
const TINY = join(GOLDEN, 'models', 'llama');
const QUESTION = 'Where is <b>my order</b>?';

let hub: HubServer;
let session: StudioSession;
let elsewhere: string;

beforeAll(async () => {
  const files = Object.fromEntries(FILES.map((name) => [name, readFileSync(join(TINY, name))]));
  hub = await startHubServer({ repositories: { 'models/org/tiny': files } });
  session = await StudioSession.start((workspace) => {
    const root = join(workspace, '..');
    for (const name of ['HF_HOME', 'HF_HUB_CACHE', 'MODELSCOPE_CACHE']) vi.stubEnv(name, join(root, name));
    for (const name of ['HF_ENDPOINT', 'MODELSCOPE_ENDPOINT']) vi.stubEnv(name, hub.url);
    elsewhere = join(root, 'elsewhere', 'on-this-machine');
    cpSync(TINY, elsewhere, { recursive: true });
  });
});
afterEach(async () => expect(await session.closePages()).toEqual([]));
afterAll(async () => {
  await session.close();
  await hub[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

const rowOf = (page: Page, title: string) => page.getByRole('row').filter({ hasText: title });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

it('looks at a model of a hub, fetches it, pauses, and goes on after a kill of the studio', async () => {
  const page = await session.open('/models');
  await page.getByLabel('Name on the hub').fill('org/nothing');
  await button(page, 'Look at it').click();
  await page.getByRole('alert').filter({ hasText: 'has no model org/nothing' }).waitFor();
  await page.getByLabel('Name on the hub').fill('org/tiny');
  await button(page, 'Look at it').click();
  await page.getByText('Free memory').waitFor();
  expect(await page.getByText('fits', { exact: true }).count()).toBeGreaterThan(1);
  expect(new Set(hub.served.map((entry) => entry.split(' ')[0]))).toEqual(new Set(['config.json']));
  // The hub asks for patience until the test says otherwise.
  hub.fail('model.safetensors', { kind: 'busy', retryAfter: 3600 });
  await button(page, 'Fetch').first().click();
  const row = rowOf(page, 'hf:org/tiny');
  await row.getByText(/download \d/).waitFor();
  await row.getByRole('button', { name: 'Pause' }).click();
  await row.getByText('paused').waitFor();
  await page.goto('about:blank');
  await session.killAndStartAgain();
  await page.goto(`${session.url}/models`);
  await row.getByText('paused').waitFor();
  const before = hub.served.length;
  await row.getByRole('button', { name: 'Resume' }).click();
  await row.getByText('on this machine').waitFor();
  // What was here by then was not fetched again.
  expect(hub.served.slice(before).map((entry) => entry.split(' ')[0])).not.toContain('tokenizer.json');
});

it('removes a model by its name and place, and brings it back', async () => {
  const page = await session.open('/models');
  const row = rowOf(page, 'hf:org/tiny');
  await row.getByRole('button', { name: 'Remove' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('models--org--tiny').waitFor();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  await page.reload();
  await button(page, 'Bring back').click();
  await row.getByText('on this machine').waitFor();
});

it('takes a folder of this machine onto the list and off it again, where it lies', async () => {
  const page = await session.open('/models');
  await page.getByText('A folder here').click();
  await page.getByLabel('Folder or GGUF file').fill(elsewhere);
  await button(page, 'Add to the list').click();
  const row = rowOf(page, 'on-this-machine');
  await row.getByText('fits').first().waitFor();
  await row.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByText('Its files stay').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  expect(existsSync(join(elsewhere, 'config.json'))).toBe(true);
});

it('makes a key that is shown once, and serves to those who have it', async () => {
  const page = await session.open('/serve');
  await page.getByLabel('Name of the key').fill('colleague');
  await button(page, 'Make a key').click();
  await page.getByText('shown this once').waitFor();
  const key = /ts-[\w-]{43}/.exec((await page.getByRole('main').textContent()) ?? '')![0];
  await page.reload();
  await page.getByText('colleague').waitFor();
  expect(await page.content()).not.toContain(key);
  const kept = readFileSync(join(session.workspace, '.tunesmith', 'api-keys'), 'utf8');
  expect(kept).toMatch(/^colleague sha256:[\da-f]{64}$/m);
  expect(kept).not.toContain(key);
  await page.getByRole('combobox', { name: 'Base model' }).or(page.getByLabel('Base model')).first().click();
  await page.getByRole('option', { name: 'hf:org/tiny' }).click();
  await page.getByRole('switch', { name: 'Ask for an API key' }).click();
  await button(page, 'Start serving').click();
  await page.getByText('Bearer $TUNESMITH_API_KEY').waitFor();
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(
    (await page.locator('pre.code').first().textContent()) ?? '',
  )![0];
  const ask = (headers: Record<string, string>) => fetch(`${url}/v1/models`, { headers });
  expect((await ask({})).status).toBe(401);
  expect((await ask({ authorization: `Bearer ${key}` })).status).toBe(200);
  for (const figure of ['Requests/s', 'p95', 'In the queue', 'Batch', 'Tokens/s']) {
    await page.getByText(figure, { exact: true }).first().waitFor();
  }
  await button(page, 'Take back').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await page.getByText('None yet.').waitFor();
});

it('chats with what asks for a key, stops, tries again, and copies what it asked', async () => {
  const page = await session.open('/chat');
  await page.getByLabel('max_tokens').fill('8');
  await page.getByLabel('System prompt').fill('Be short.');
  await page.getByLabel('Message', { exact: true }).fill(QUESTION);
  await button(page, 'Send').click();
  const answer = page.getByRole('region', { name: 'base' });
  await answer.getByText('tokens/s').waitFor();
  await page.reload();
  await page.getByText(QUESTION).waitFor();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await answer.getByRole('button', { name: 'Copy as curl' }).click();
  const command = await page.evaluate('navigator.clipboard.readText()');
  expect(command).toContain('"max_tokens":8');
  expect(command).toContain('Be short.');
  expect(command).toContain('Bearer $TUNESMITH_API_KEY');
  await button(page, 'Again').click();
  await answer.getByText('tokens/s').waitFor();
  // An answer that is stopped says so, and keeps what it has.
  await page.getByLabel('max_tokens').fill('4000');
  await button(page, 'Again').click();
  await button(page, 'Stop').click();
  await answer.getByText('stopped').or(answer.getByText('tokens/s')).first().waitFor();
  await button(page, 'Unload').click();
  await page.getByText('No model is loaded').waitFor();
});

it('keeps settings that do something, and never shows a token again', async () => {
  const page = await session.open('/settings');
  await page.getByLabel('Hugging Face endpoint or mirror').fill('not an address');
  await button(page, 'Save').click();
  await page.getByRole('alert').filter({ hasText: 'is no address' }).waitFor();
  await page.getByLabel('Hugging Face endpoint or mirror').fill(`${hub.url}/mirror`);
  await page.getByLabel('Threads').fill('1');
  // What is not saved yet survives a reload.
  await page.reload();
  await button(page, 'Save').click();
  await page.getByText('Saved').waitFor();
  await page.getByRole('textbox', { name: 'Hugging Face token' }).fill('hf_never_again');
  await button(page, 'Keep').first().click();
  await page.getByText('There is one.').waitFor();
  await page.reload();
  await page.getByText('There is one.').waitFor();
  expect(await page.content()).not.toContain('hf_never_again');
  expect(JSON.stringify(await session.ask('/api/settings'))).not.toContain('hf_never_again');
  await page.getByText('@huggingface/jinja').waitFor();
  expect(await (await fetch(`${session.url}/licenses.md`)).text()).toContain('react');
  // The mirror is asked, and has nothing.
  await page.goto(`${session.url}/models`);
  await page.getByLabel('Name on the hub').fill('org/other');
  await button(page, 'Look at it').click();
  await page.getByRole('alert').filter({ hasText: '/mirror has no model org/other' }).waitFor();
  await page.goto(`${session.url}/settings`);
  await page.getByLabel('Hugging Face endpoint or mirror').fill('');
  await button(page, 'Save').click();
  await page.getByText('Saved').waitFor();
  await page.getByText('中文').click();
  await page.getByRole('heading', { name: '设置' }).waitFor();
});

it.each(['light', 'dark'] as const)('has no fault that axe finds, %s', async (scheme) => {
  const page = await session.open('/models', { scheme });
  const found: string[] = [];
  for (const path of ['/models', '/serve', '/chat', '/settings']) {
    await page.goto(session.url + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await until(async () =>
      (await page.getByRole('status', { name: 'Loading' }).count()) === 0 ? true : undefined,
    );
    found.push(...(await faultsOf(page)).map((fault) => `${path} ${fault}`));
  }
  expect(found).toEqual([]);
});
