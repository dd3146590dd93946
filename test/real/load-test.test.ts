/** ApacheBench and `tunesmith loadtest` on the same server: the same counts and the same failures, and times to look at. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatFigures, type Pressing, readAbReport, runAb } from '../../bench/peers/apache-bench.ts';
import { createCache, tunesmith } from '../support/command-line.ts';
import { answer, answerAfter, type StandIn, startStandIn } from '../support/stand-in-server.ts';

const DELAY_MS = 20;

let folder: string;
let cache: string;
let server: StandIn;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'load-test-'));
  cache = createCache(folder);
  writeFileSync(join(folder, 'body.json'), '{"text": "a goal"}');
  server = await startStandIn({
    '/steady': answerAfter(DELAY_MS, 'ten bytes.'),
    '/busy': ({ response, ordinal }) => answer(response, 'busy', ordinal % 5 === 4 ? 503 : 200),
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['/steady', 10_000, 1000, true],
  ['/steady', 2000, 50, true],
  ['/steady', 1000, 50, false],
  ['/busy', 1000, 10, true],
])('%s: %d requests, %d at a time, kept alive: %s', async (path, requests, concurrency, keepAlive) => {
  const bodyFile = join(folder, 'body.json');
  const url = server.origin + path;
  const pressing: Pressing = { url, requests, concurrency, keepAlive, bodyFile, timeoutSeconds: 120 };
  const theirs = await runAb(pressing);
  const { stdout, stderr, code } = await tunesmith(
    ['loadtest', '-l', '-q', '-n', String(requests), '-c', String(concurrency), '-s', '120', '-p', bodyFile]
      .concat(keepAlive ? ['-k'] : [])
      .concat(url),
    { cache },
  );
  expect(code, stderr).toBe(0);
  const ours = readAbReport(stdout);
  console.log(`${path}\n${formatFigures('ab', theirs)}\n${formatFigures('tunesmith', ours)}`);
  const refused = path === '/busy' ? requests / 5 : 0;
  // ab counts a status as no failure and tells it apart; here it is both.
  expect(theirs).toMatchObject({ completed: requests, failed: 0, non2xx: refused });
  expect(ours).toMatchObject({ completed: requests, failed: refused, non2xx: refused });
  expect(ours.bodyBytes).toBe(theirs.bodyBytes);
  expect(ours.keptAlive).toBe(keepAlive ? requests : 0);
  expect([...ours.percentiles.keys()]).toEqual([...theirs.percentiles.keys()]);
  // Rounded to whole milliseconds, and a timer may be early by a part of one.
  const least = path === '/steady' ? DELAY_MS - 1 : 0;
  for (const figures of [theirs, ours]) expect(figures.percentiles.get(50)).toBeGreaterThanOrEqual(least);
});

it('takes turns on the endpoints of a model too, as the bench does', async () => {
  const main = join(import.meta.dirname, '..', '..', 'bench', 'main.ts');
  const words = ['--import', 'tsx', main, '--small', '--threads', '1', 'load-test'];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  for (const path of ['/stand-in', '/v1/classify', '/v1/chat/completions']) {
    expect(stdout).toMatch(
      new RegExp(`${path}\\n +ab .* 40 done, 0 failed .*\\n +tunesmith .* 40 done, 0 failed`),
    );
  }
});
