/** Where the libraries come from, and what is said when they are none. Each case loads or fails in this process. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkBuild, ggml, libraryFolder } from './library.ts';

const root = mkdtempSync(join(tmpdir(), 'tunesmith-ggml-'));
afterAll(() => rmSync(root, { recursive: true }));
// Marks of libraries that were tried are kept there.
vi.stubEnv('TUNESMITH_CACHE', join(root, 'cache'));
const packaged = libraryFolder();

let next = 0;
let folder = '';

beforeEach(() => {
  folder = join(root, `${next++}`);
  vi.stubEnv('TUNESMITH_GGML_DIR', folder);
});

/** The package's libraries but llama's, copied. */
function copyPackage(): void {
  cpSync(packaged, folder, {
    recursive: true,
    filter: (path) => !/llama|json$/.test(path.slice(packaged.length)),
  });
}

function libraryNamed(name: RegExp): string {
  return join(folder, readdirSync(folder).find((file) => name.test(file))!);
}

describe('a folder without usable libraries is refused in one sentence', () => {
  const refused = (message: string | RegExp) =>
    expect(ggml).toThrow(
      expect.objectContaining({ code: 'device', message: expect.stringMatching(message) }),
    );

  it('missing', () => refused(/names .*, which is no folder; correct it or unset it$/));

  it('a file', () => {
    writeFileSync(folder, '');
    refused(/which is no folder/);
  });

  it('empty', () => {
    mkdirSync(folder);
    refused(/has no libggml-base; give the folder that holds ggml's shared libraries$/);
  });

  it('cut off while it was copied', () => {
    copyPackage();
    truncateSync(libraryNamed(/ggml-base/), 100_000);
    refused(
      /cannot be loaded here \(.+\); glibc 2\.34 and libstdc\+\+ of GCC 11 are needed, or set TUNESMITH_GGML_DIR/,
    );
  });

  it('no library at all', () => {
    copyPackage();
    writeFileSync(libraryNamed(/ggml-base/), 'not a library');
    refused(/cannot be loaded here/);
  });

  it('without a device', () => {
    copyPackage();
    for (const file of readdirSync(folder)) if (/ggml-cpu/.test(file)) rmSync(join(folder, file));
    refused(/cannot be loaded here \(no device found\)/);
  });
});

describe('another version', () => {
  it.each([
    { version: '0.22.1', overhead: 368 },
    { version: '0.230.0', overhead: 368 },
    { version: '1.0.0', overhead: 368 },
    { version: '0.23.0', overhead: 384 },
  ])('$version with tensors of $overhead bytes is refused', ({ version, overhead }) => {
    expect(() =>
      checkBuild('/opt/ggml', {
        ggml_version: (() => version) as never,
        ggml_tensor_overhead: (() => BigInt(overhead)) as never,
      }),
    ).toThrow(
      `ggml: /opt/ggml holds version ${version} with tensors of ${overhead} bytes, but 0.23 with 368 is needed; ` +
        'use such a build, or unset TUNESMITH_GGML_DIR',
    );
  });

  it('is seen in a library itself', () => {
    copyPackage();
    const base = libraryNamed(/ggml-base/);
    const bytes = readFileSync(base);
    const place = bytes.toString('latin1').search(/\0(0\.23\.\d)\0/);
    expect(place).toBeGreaterThan(0);
    bytes.write('0.99.9', place + 1, 'latin1');
    writeFileSync(base, bytes);
    // In a process of its own: a library once loaded stays.
    const script = `
      const { ggml } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'library.ts')).href)});
      try { ggml(); } catch (error) { console.log(error.message); }`;
    const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(child.stdout).toContain(
      'holds version 0.99.9 with tensors of 368 bytes, but 0.23 with 368 is needed',
    );
  });
});

describe('a build of the user', () => {
  it('serves, and is tried in a child process once', () => {
    copyPackage();
    const marks = join(root, 'cache', 'ggml');
    const before = existsSync(marks) ? readdirSync(marks).length : 0;
    expect(ggml().ggml_version()).toMatch(/^0\.23\./);
    expect(Number(ggml().ggml_backend_dev_count())).toBeGreaterThan(0);
    expect(readdirSync(marks)).toHaveLength(before + 1);
  });
});
