/** Programs of others against the server: Python's OpenAI client, and schemathesis on the API's own page. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashKey } from '../../src/serve/http/api-keys.ts';
import { pythonClients, run } from '../support/python-clients.ts';
import { type StubServer, startStubServer } from '../support/stub-server.ts';

const KEY = 'a-key-for-tests';
const CALL = '<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call>';

const THOUGHT = '<think>\nlet me see\n</think>\n\nyes';

const programs = pythonClients();

let server: StubServer;
/** Takes nothing in. */
let full: StubServer;
/** Never answers. */
let slow: StubServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'real-serve-'));
  server = await startStubServer({
    adapters: ['sql'],
    model: 'qwen3',
    template: 'qwen3',
    keys: [hashKey('tests', KEY)],
    accessLog: false,
    contextLength: 4096,
    // So that a list of too many rows is refused for being that.
    maxBodyBytes: 1 << 26,
    answer: (_, prompt) =>
      prompt.includes('call a tool') ? CALL : prompt.includes('\nthink<') ? THOUGHT : 'Hello there. Bye.',
  });
  full = await startStubServer({ maxQueue: 0 });
  const wait = () => new Promise<void>(() => undefined);
  slow = await startStubServer({ requestTimeoutSeconds: 0.1, wait });
});
afterAll(async () => {
  await Promise.all([server, full, slow].map((each) => each.drain()));
  rmSync(folder, { recursive: true, force: true });
});

it.skipIf(!programs)("serves Python's OpenAI client", async () => {
  const script = join(import.meta.dirname, '..', 'support', 'openai_client.py');
  const { code, output } = await run(join(programs!, 'python'), [
    script,
    server.url,
    KEY,
    full.url,
    slow.url,
  ]);
  expect(output).toContain('all well');
  expect(code).toBe(0);
});

it.skipIf(!programs)('gives schemathesis nothing to find', async () => {
  // What a schema cannot say is refused with 400: the order of turns, the length of a prompt, one of two fields.
  const settings = join(folder, 'schemathesis.toml');
  const accepted = ['2xx', '400', '401', '403', '404', '409', '429']
    .map((status) => `"${status}"`)
    .join(', ');
  writeFileSync(settings, `[checks]\npositive_data_acceptance.expected-statuses = [${accepted}]\n`);
  const { code, output } = await run(join(programs!, 'schemathesis'), [
    ...['--config-file', settings, 'run', `${server.url}/openapi.json`],
    ...['--header', `Authorization: Bearer ${KEY}`, '--checks', 'all', '--max-examples', '50', '--seed', '1'],
    // It minds how fast data is made, which is the machine's matter.
    ...['--suppress-health-check', 'all', '--no-color'],
  ]);
  const summary = output.slice(-3000);
  expect(code, summary).toBe(0);
  expect(summary).toMatch(/(\d+) generated, \1 passed/);
  expect(server.lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  expect(server.engine.open).toBe(0);
});
