/** The README's demo as a newcomer runs it, in both languages, on the real starters. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/evaluate/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LEAST_MACRO_F1 = 0.75;

describe.each([
  { story: 'en', words: ['en'], rows: 140, says: 'Side by side', leastGain: 0.3 },
  { story: 'zh', words: ['zh', '--accept-license'], rows: 160, says: '混淆矩阵', leastGain: 0 },
])('npm run demo -- $story', ({ words, rows, says, leastGain }) => {
  it('ends with a tuned model that beats the untuned one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tunesmith-demo-'));
    try {
      const settings = [`output_dir=${join(folder, 'run')}`];
      const demo = spawnSync(
        'npm',
        ['run', '--silent', 'demo', '--', ...words.slice(0, 1), ...settings, ...words.slice(1)],
        {
          cwd: ROOT,
          encoding: 'utf8',
          maxBuffer: 1 << 26,
        },
      );
      expect(demo.status, demo.stderr.slice(-2000)).toBe(0);
      expect(demo.stdout).toContain(says);
      const path = join(folder, 'run', 'evaluation.json');
      const evaluation = JSON.parse(readFileSync(path, 'utf8')) as Evaluation;
      expect(evaluation.rows).toBe(rows);
      const macroF1 = (model: string, judgedBy: string) =>
        evaluation.models.find((one) => one.model === model && one.judgedBy === judgedBy)!.report.macro.f1;
      expect(macroF1('tuned', 'labels')).toBeGreaterThanOrEqual(LEAST_MACRO_F1);
      expect(macroF1('tuned', 'labels') - macroF1('base', 'labels')).toBeGreaterThan(leastGain);
      expect(macroF1('tuned', 'answer')).toBeGreaterThanOrEqual(LEAST_MACRO_F1 - 0.1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
