/** The bench in its small mode: that jobs of every kind run, and that what it keeps is whole. Its figures mean nothing here. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '..', '..', 'bench', 'main.ts');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function bench(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const args = ['--import', 'tsx', MAIN, '--small', '--threads', '1', ...words];
  return promisify(execFile)(process.execPath, args, { cwd: join(MAIN, '..', '..') });
}

it('measures a training and keeps its figures with the machine', async () => {
  const file = join(folder, 'kept.json');
  const { stdout } = await bench('thucnews-smollm2', '--steps', '4', '--json', file);
  expect(stdout).toMatch(/rows\/s .* over all/);
  const { job, machine, settings, results } = JSON.parse(readFileSync(file, 'utf8'));
  expect(job).toBe('thucnews-smollm2');
  expect(machine).toMatchObject({ threads: 1, cores: expect.any(Number), processor: expect.any(String) });
  expect(settings).toMatchObject({ per_device_train_batch_size: 16, max_steps: 5, bf16: true });
  expect(settings).not.toHaveProperty('dataset_dir');
  const { losses, overall, gigaFlops, peakRssBytes, batch } = results.tunesmith;
  expect(losses).toHaveLength(5);
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(batch.rows).toBe(16);
  expect(overall.tokensPerSecond).toBeGreaterThan(overall.rowsPerSecond);
  expect(gigaFlops.count).toBe(4);
  expect(peakRssBytes).toBeGreaterThan(10e6);
});

it('runs jobs of every other kind', async () => {
  const others = [
    'no-prefix',
    'label-scoring',
    'decoding',
    'scale',
    'constant',
    'preprocess',
    'serve-overhead',
    'serving',
    'studio',
  ];
  const { stdout } = await bench(...others);
  for (const name of others) expect(stdout).toContain(`${name}: `);
  for (const figure of [
    /argmax: [\d.]+/,
    /8 streams: [\d.]+/,
    /answering +[\d.]+/,
    /of the speed/,
    /1 worker +[\d.]+ .* rows\/s/,
    /classify: [\d.]+ ms of processor time a request/,
    /\/v1\/classify, argmax: [\d.]+ .* rows\/s, [\d.]+ % right/,
    /\/v1\/chat\/completions: [\d.]+ .* rows\/s, [\d.]+ % right/,
    /500 points under way: [\d.]+ frames/,
  ]) {
    expect(stdout).toMatch(figure);
  }
}, 120_000);

it('names the nearest job for one that it does not know', async () => {
  await expect(bench('decodin')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('did you mean decoding?'),
  });
});
