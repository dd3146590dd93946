/** The README's demo as a newcomer runs it, in both languages, on the real starters, to its verdict and report. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/evaluate/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LEAST_MACRO_F1 = 0.75;

describe.each([
  {
    story: 'en',
    words: ['en'],
    rows: 140,
    says: ['Side by side', 'Go: all criteria are met'],
    leastGain: 0.3,
    pageSays: ['Confusion matrix', 'Training loss', 'Latency'],
  },
  {
    story: 'zh',
    words: ['zh', '--accept-license'],
    rows: 160,
    says: ['混淆矩阵', '可以上线'],
    leastGain: 0,
    pageSays: ['混淆矩阵', '训练损失', '延迟'],
  },
])('npm run demo -- $story', ({ words, rows, says, leastGain, pageSays }) => {
  it('ends in go, with a tuned model that beats the untuned one, and a report', () => {
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
      for (const words of says) expect(demo.stdout).toContain(words);
      const path = join(folder, 'run', 'evaluation.json');
      const run = join(folder, 'run');
      for (const name of ['report.html', 'report.md', 'report.xlsx', 'confusion_matrix_tuned.png']) {
        expect(existsSync(join(run, name)), name).toBe(true);
        expect(demo.stdout).toContain(name);
      }
      const page = readFileSync(join(run, 'report.html'), 'utf8');
      for (const words of pageSays) expect(page).toContain(words);
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
