/** The package as a user installs it: packed, put into an empty folder, and it trains. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GOLDEN } from '../support/golden.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ROWS = Array.from({ length: 16 }, (_, index) => ({
  instruction: `Is ${index} even?`,
  input: '',
  output: index % 2 === 0 ? 'yes' : 'no',
}));

it('installs into an empty folder and trains there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tunesmith-package-'));
  try {
    const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('[\n'))) as [{ filename: string }];
    writeFileSync(join(folder, 'package.json'), '{ "name": "user", "private": true }\n');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', `./${filename}`], {
      cwd: folder,
      stdio: 'pipe',
    });
    writeFileSync(join(folder, 'rows.json'), JSON.stringify(ROWS));
    writeFileSync(join(folder, 'dataset_info.json'), JSON.stringify({ rows: { file_name: 'rows.json' } }));
    const settings = {
      model_name_or_path: join(GOLDEN, 'models', 'llama'),
      stage: 'sft',
      do_train: true,
      finetuning_type: 'lora',
      dataset_dir: folder,
      dataset: 'rows',
      template: 'chatml',
      output_dir: join(folder, 'run'),
      learning_rate: 0.01,
      num_train_epochs: 4,
      num_threads: 1,
      logging_steps: 1,
    };
    const program = join(folder, 'node_modules', '.bin', 'tunesmith');
    const words = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    const run = spawnSync(program, ['train', ...words], { cwd: folder, encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    const log = readFileSync(join(folder, 'run', 'trainer_log.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const losses = log
      .map((line) => (JSON.parse(line) as { loss?: number }).loss)
      .filter((loss) => loss !== undefined);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
    expect(existsSync(join(folder, 'run', 'adapter_model.safetensors'))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
