/** What the studio has to withstand, each tried: other pages, rebound names, paths that lead out, bombs, deep JSON. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStudio, startStudio } from '../../src/studio/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MAIN = join(ROOT, 'src', 'cli', 'main.ts');

let folder: string;
let local: RunningStudio;
let exposed: RunningStudio;

function start(host: string, name: string): Promise<RunningStudio> {
  const page = join(folder, 'page');
  mkdirSync(page, { recursive: true });
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>');
  return startStudio({
    host,
    port: 0,
    workspace: join(folder, name),
    program: ['--import', 'tsx', MAIN],
    version: 'test',
    rooms: [],
    page,
    examples: join(ROOT, 'examples'),
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'studio-safety-'));
  local = await start('127.0.0.1', 'local');
  exposed = await start('0.0.0.0', 'exposed');
});
afterAll(async () => {
  await local.close();
  await exposed.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  /** Of the one that listens beyond loopback. */
  readonly isExposed?: boolean;
}

/** Plain HTTP: fetch would mend paths and forbids headers that an attacker sends. */
function ask(path: string, { method = 'GET', headers = {}, body, isExposed = false }: Asked = {}) {
  const { port } = isExposed ? exposed : local;
  return new Promise<{ status: number; text: string; headers: Record<string, unknown> }>(
    (resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          path,
          method,
          headers: { host: `127.0.0.1:${port}`, ...headers },
          // A connection of its own: what was refused in the middle of its body is closed.
          agent: false,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (data: string) => {
            text += data;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode!, text, headers: response.headers }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    },
  );
}

const post = (path: string, value: unknown, headers: Record<string, string> = {}) =>
  ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  });

describe('who may ask', () => {
  it.each<[string, Asked, number]>([
    ['the page itself', {}, 200],
    ['the page itself, with its origin', { headers: { origin: 'ORIGIN' } }, 200],
    ['a name that was rebound to this address', { headers: { host: 'evil.example' } }, 403],
    ['another page', { headers: { origin: 'http://evil.example' } }, 403],
    ['another port of this machine', { headers: { origin: 'http://127.0.0.1:1' } }, 403],
    ['a page in a sandbox', { headers: { origin: 'null' } }, 403],
    [
      'an image on another page',
      { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } },
      403,
    ],
  ])('%s', async (_, asked, status) => {
    const own = `http://127.0.0.1:${local.port}`;
    const headers = Object.fromEntries(
      Object.entries(asked.headers ?? {}).map(([name, value]) => [name, value.replace('ORIGIN', own)]),
    );
    for (const path of ['/api/status', '/api/jobs', '/data']) {
      expect((await ask(path, { ...asked, headers })).status, path).toBe(status);
    }
  });

  it('takes no form of another page', async () => {
    const body = JSON.stringify({ example: 'support-tickets' });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await ask('/api/datasets/example', {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      expect(answer.status, type).toBe(400);
    }
    expect(existsSync(join(folder, 'local', 'data'))).toBe(false);
  });

  it('asks for the token beyond loopback, on every route and stream', async () => {
    const token = new URL(exposed.url).searchParams.get('token')!;
    expect(token.length).toBeGreaterThan(30);
    expect(new URL(local.url).searchParams.has('token')).toBe(false);
    for (const path of [
      '/',
      '/api/status',
      '/api/changes',
      '/api/runs/x/events',
      '/api/openapi.json',
      '/assets/x.js',
    ]) {
      for (const authorization of [undefined, 'Bearer wrong', `Bearer ${token.slice(0, -1)}`]) {
        const headers = authorization === undefined ? {} : { authorization };
        expect((await ask(path, { isExposed: true, headers })).status, path).toBe(401);
      }
    }
    expect((await ask('/api/status?token=wrong', { isExposed: true })).status).toBe(401);
    const bearer = { authorization: `Bearer ${token}` };
    expect((await ask('/api/status', { isExposed: true, headers: bearer })).status).toBe(200);
    const link = await ask(`/?token=${token}`, { isExposed: true });
    expect(link.status).toBe(302);
    const [cookie] = link.headers['set-cookie'] as string[];
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Strict/i);
    const headers = { cookie: cookie!.split(';')[0]! };
    expect((await ask('/api/status', { isExposed: true, headers })).status).toBe(200);
    expect(
      (await ask('/api/status', { isExposed: true, headers: { ...bearer, host: 'evil.example' } })).status,
    ).toBe(403);
  });

  it('sends a policy that runs nothing from elsewhere', async () => {
    const { headers } = await ask('/');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(String(headers['content-security-policy'])).not.toContain('unsafe-eval');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('paths', () => {
  it.each([
    '/../../../../../../etc/passwd',
    '/..%2f..%2f..%2f..%2fetc%2fpasswd',
    '/assets/../../../../etc/passwd',
    '/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
    '/%00',
    '/%E0%A4%A',
  ])('gives nothing out at %s', async (path) => {
    const { text } = await ask(path);
    expect(text).not.toContain('root:');
  });

  it.each([
    ['/api/jobs/..%2f..%2f..%2fetc', 'GET'],
    ['/api/jobs/..%2f..%2fdata', 'DELETE'],
    ['/api/uploads/..%2f..%2f..%2fetc/table', 'GET'],
    ['/api/datasets/..%2f..%2fetc', 'GET'],
    ['/api/runs/..%2f..%2fetc/events.jsonl', 'GET'],
    ['/api/bin/..%2f..%2fx/restore', 'POST'],
    ['/api/evaluations/..%2f..%2fetc/rows?model=x', 'GET'],
  ])('takes %s for no name', async (path, method) => {
    const answer = await ask(path, {
      method,
      ...(method === 'POST' && { headers: { 'content-type': 'application/json' }, body: '{}' }),
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it.each([
    ['output_dir', '../outside'],
    ['output_dir', '/etc/tunesmith'],
    ['dataset_dir', '/etc'],
    ['model_name_or_path', '../../models/secret'],
    ['adapter_name_or_path', '/etc'],
    ['resume_from_checkpoint', '/etc'],
    ['cache_dir', '/etc'],
  ])('starts no training with %s %s', async (key, value) => {
    const settings = {
      model_name_or_path: 'models/x',
      dataset: 'x',
      do_train: true,
      output_dir: 'saves/x',
      [key]: value,
    };
    const answer = await post('/api/runs', { settings });
    expect(answer.status).toBe(422);
    expect(answer.text).toMatch(/outside|not there/);
  });

  it('follows no link out of the workspace', async () => {
    mkdirSync(join(folder, 'secret'), { recursive: true });
    symlinkSync(join(folder, 'secret'), join(folder, 'local', 'way-out'));
    const settings = {
      model_name_or_path: 'models/x',
      dataset: 'x',
      do_train: true,
      output_dir: 'way-out/run',
    };
    const answer = await post('/api/runs', { settings });
    expect(answer.text).toContain('outside');
    expect(readdirSync(join(folder, 'secret'))).toEqual([]);
  });

  it('keeps an upload in its folder, whatever it is called', async () => {
    for (const name of [
      '../../../evil.csv',
      '/etc/evil.csv',
      '..\\..\\evil.csv',
      '.evil.csv',
      'a\u0000b.csv',
    ]) {
      const answer = await ask(`/api/uploads?name=${encodeURIComponent(name)}`, {
        method: 'PUT',
        body: 'a,b\n1,2\n',
      });
      expect(answer.status, name).toBe(200);
      const { id, name: kept } = JSON.parse(answer.text) as { id: string; name: string };
      expect(readdirSync(join(folder, 'local', '.tunesmith', 'uploads', id))).toEqual([kept]);
      expect(kept).not.toMatch(/[/\\\0]|^\./);
    }
    expect(existsSync(join(folder, 'evil.csv'))).toBe(false);
  });
});

describe('bombs', () => {
  const upload = async (name: string, body: string | Uint8Array) =>
    JSON.parse((await ask(`/api/uploads?name=${name}`, { method: 'PUT', body })).text) as { id: string };

  it('refuses programs, and files of no known type', async () => {
    for (const name of ['x.exe', 'x.html', 'x.svg', 'x']) {
      expect((await ask(`/api/uploads?name=${name}`, { method: 'PUT', body: 'x' })).status, name).toBe(422);
    }
  });

  it('refuses a spreadsheet that unfolds to gigabytes', async () => {
    const { id } = await upload(
      'bomb.xlsx',
      zipOf('xl/worksheets/sheet1.xml', Buffer.alloc(600 * 2 ** 20, 0x20)),
    );
    const answer = await ask(`/api/uploads/${id}/table`);
    expect(answer.status).toBe(422);
    expect((await ask('/api/status')).status).toBe(200);
  });

  it('survives JSON that is nested without end, in files and in requests', async () => {
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    const { id } = await upload('deep.json', deep);
    expect((await ask(`/api/uploads/${id}/table`)).status).toBe(422);
    const answer = await ask('/api/runs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"settings":{"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect((await ask('/api/status')).status).toBe(200);
  });

  it('takes no JSON that is larger than a form', async () => {
    const answer = await post('/api/runs', { settings: { x: 'x'.repeat(2 ** 21) } });
    expect(answer.status).toBe(413);
  });

  it('does not let a setting reach an object’s own parts', async () => {
    await ask('/api/runs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"settings":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}',
    });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

/** A zip of one file, deflated. */
function zipOf(name: string, content: Uint8Array): Buffer {
  const packed = deflateRawSync(content, { level: 1 });
  const head = (signature: number, extra: readonly number[]) => {
    const fields = Buffer.alloc(4);
    fields.writeUInt32LE(signature);
    return Buffer.concat([fields, Buffer.from(extra)]);
  };
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(0, 0);
  sizes.writeUInt32LE(packed.length, 4);
  sizes.writeUInt32LE(content.length, 8);
  const length = Buffer.alloc(4);
  length.writeUInt16LE(name.length, 0);
  const entry = Buffer.concat([
    head(0x04034b50, [20, 0, 0, 0, 8, 0, 0, 0, 0, 0]),
    sizes,
    length,
    Buffer.from(name),
    packed,
  ]);
  const central = Buffer.concat([
    head(0x02014b50, [20, 0, 20, 0, 0, 0, 8, 0, 0, 0, 0, 0]),
    sizes,
    length,
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(entry.length, 16);
  return Buffer.concat([entry, central, end]);
}
