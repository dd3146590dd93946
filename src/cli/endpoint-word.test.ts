import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../core/index.ts';
import { readEndpoint } from './endpoint-word.ts';

const folder = mkdtempSync(join(tmpdir(), 'endpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'online.yaml');
  writeFileSync(path, text);
  return path;
}

describe('readEndpoint', () => {
  it('takes a URL, its key from the environment', () => {
    expect(readEndpoint('https://me:pw@host:81/v1', { TUNESMITH_API_KEY: 'k' })).toEqual({
      name: 'host:81',
      url: 'https://me:pw@host:81/v1',
      apiKey: 'k',
    });
    expect(readEndpoint('http://host', {}).apiKey).toBeUndefined();
  });

  it('takes a file', () => {
    const path = file('name: online\nurl: http://h/c\nbody: {text: "{input}"}\nanswer_path: data.label\n');
    expect(readEndpoint(path, {})).toMatchObject({
      name: 'online',
      body: { text: '{input}' },
      answerPath: 'data.label',
    });
  });

  it('says what is wrong with a file, and where', () => {
    expect(() => readEndpoint('missing.yaml', {})).toThrow(/missing.yaml: there is no such file/);
    const broken = () => readEndpoint(file('url: http://h\napi_key: "Secret\n'), {});
    expect(broken).toThrow(ConfigError);
    expect(broken).toThrow(/online.yaml line \d: is no YAML \(\w+\)/);
    expect(broken).not.toThrow(/Secret/);
    expect(() => readEndpoint(file('uri: http://h\n'), {})).toThrow(/online.yaml: .*uri/);
  });
});
