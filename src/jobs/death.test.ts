import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deathOf, type Exit } from './death.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'death-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HEAP = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory';

test.each<[exit: Exit, log: string, sentence: RegExp]>([
  [
    { code: null, signal: 'SIGABRT' },
    '2026-01-01T00:00:00.000Z info  step 3\nggml.c:12: GGML_ASSERT(a->ne[0] == b->ne[0]) failed\n  at frame\n',
    /the engine crashed in native code \(SIGABRT\) \(last words in run\.log: ggml\.c:12: GGML_ASSERT.*\| at frame\); try once more/,
  ],
  [
    { code: 134, signal: null },
    '',
    /crashed in native code \(SIGABRT\); try once more.*no checkpoint was written/,
  ],
  [{ code: null, signal: 'SIGILL' }, '', /crashed in native code \(SIGILL\)/],
  [
    { code: 137, signal: null },
    '',
    /was killed \(SIGKILL\), as the system does when memory runs out; .*lower per_device/,
  ],
  [{ code: 134, signal: null }, HEAP, /too little memory for the rows.*max_samples/],
  [{ code: null, signal: 'SIGHUP' }, '', /was ended by SIGHUP; start it again/],
  [{ code: 7, signal: null }, '', /ended with exit code 7; see run\.log/],
  [{ code: null, signal: null }, 'words\n', /is gone without a word \(last words in run\.log: words\)/],
])('%j is told in a sentence', (exit, log, sentence) => {
  writeFileSync(join(folder, 'run.log'), log);
  const { message, code } = deathOf(folder, exit);
  expect(message).toMatch(sentence);
  expect(message).not.toContain('\n');
  expect(code).toBe('run');
});

test('names the checkpoint to go on from', () => {
  const checkpoint = join(folder, 'checkpoint-7');
  mkdirSync(checkpoint);
  writeFileSync(join(checkpoint, 'adapter_model.safetensors'), '');
  writeFileSync(join(checkpoint, 'trainer_state.json'), '{"global_step": 7, "log_history": []}');
  const { message } = deathOf(folder, { code: null, signal: 'SIGKILL' });
  expect(message).toContain(`goes on from checkpoint-7 with "tunesmith runs resume ${folder}"`);
});
