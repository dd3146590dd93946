import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunError } from '../core/index.ts';
import { readResults, writeResults } from './results.ts';
import { readTrainerLog, TRAINER_LOG_FILE, trainerLogLine, trimTrainerLog } from './trainer-log.ts';
import { newTrainerState, readTrainerState, writeTrainerState } from './trainer-state.ts';

const GOLDEN = fileURLToPath(new URL('../../test/golden/runs', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Python writes whole floats with `.0`; as JSON they are the same number. */
function golden(name: string): string {
  return readFileSync(join(GOLDEN, name), 'utf8').replace(/(\d)\.0(?=[,\n])/g, '$1');
}
const written = (name: string) => readFileSync(join(folder, name), 'utf8');

const PLAN = {
  eval_steps: 2,
  logging_steps: 1,
  max_steps: 3,
  num_train_epochs: 2,
  save_steps: 2,
  train_batch_size: 4,
};

describe('trainer state', () => {
  it('is written as transformers writes it', () => {
    const state = newTrainerState(PLAN);
    state.log_history.push(
      { loss: 2.5, grad_norm: 1.25, learning_rate: 5e-4, epoch: 0.5, step: 1 },
      { loss: 1.75, grad_norm: 0.5, learning_rate: 2.5e-4, epoch: 1.5, step: 2 },
      {
        eval_loss: 1.5,
        eval_runtime: 0.5,
        eval_samples_per_second: 8.5,
        eval_steps_per_second: 2.5,
        epoch: 1.5,
        step: 2,
      },
    );
    state.epoch = 1.5;
    state.global_step = 2;
    state.num_input_tokens_seen = 640;
    state.total_flos = 1.5e9;
    state.best_metric = 1.5;
    state.best_global_step = 2;
    state.best_model_checkpoint = 'saves/tiny/checkpoint-2';
    writeTrainerState(folder, state);
    expect(written('trainer_state.json')).toBe(golden('trainer_state.json'));
  });

  it('is read back with the plan of the training that goes on', () => {
    const state = readTrainerState(GOLDEN, { ...PLAN, max_steps: 9, num_train_epochs: 6 });
    expect(state).toMatchObject({ global_step: 2, epoch: 1.5, max_steps: 9, num_train_epochs: 6 });
    expect(state.log_history).toHaveLength(3);
    expect(readTrainerState(GOLDEN).max_steps).toBe(3);
  });

  it.each([
    ['a missing file', undefined],
    ['a torn file', '{"global_step": 3, "log_h'],
    ['another JSON', '{"weights": []}'],
    ['null', 'null'],
  ])('is refused when it is %s', (_, content) => {
    if (content !== undefined) writeFileSync(join(folder, 'trainer_state.json'), content);
    expect(() => readTrainerState(folder)).toThrow(RunError);
  });
});

describe('results', () => {
  it('are written as transformers writes them, and gathered', () => {
    writeResults(folder, 'train', { train_loss: 1.75, epoch: 1.5, train_runtime: 2.5, total_flos: 1.5e9 });
    writeResults(folder, 'eval', { eval_loss: 1.5, epoch: 1.5, eval_runtime: 0.5 });
    for (const name of ['train_results.json', 'eval_results.json', 'all_results.json']) {
      expect(written(name)).toBe(golden(name));
    }
    expect(readResults(folder, 'all')?.['train_loss']).toBe(1.75);
    expect(readResults(folder, 'predict')).toBeUndefined();
  });
});

describe('trainer log', () => {
  const state = { ...newTrainerState(PLAN), global_step: 1, num_input_tokens_seen: 640 };
  const timing = { elapsedSeconds: 3, remainingSeconds: 3725, tokensInSession: 640 };

  it('has the keys of LLaMA-Factory in its order, absent where nothing is known', () => {
    const line = trainerLogLine({ loss: 2.5, grad_norm: 1, learning_rate: 5e-4, epoch: 0.5 }, state, timing);
    expect(JSON.stringify(line)).toBe(
      '{"current_steps":1,"total_steps":3,"loss":2.5,"lr":0.0005,"epoch":0.5,"percentage":33.33,' +
        '"elapsed_time":"0:00:03","remaining_time":"1:02:05","throughput":213.33,"total_tokens":640}',
    );
    const evaluation = trainerLogLine({ eval_loss: 1.5, epoch: 0.5 }, state, timing);
    expect(Object.keys(evaluation)).toEqual([
      'current_steps',
      'total_steps',
      'eval_loss',
      'epoch',
      'percentage',
      'elapsed_time',
      'remaining_time',
      'throughput',
      'total_tokens',
    ]);
  });

  it('is complete at the end of nothing', () => {
    const line = trainerLogLine(
      {},
      { ...state, max_steps: 0, num_input_tokens_seen: 0 },
      { ...timing, elapsedSeconds: 0 },
    );
    expect(line).toEqual({
      current_steps: 1,
      total_steps: 0,
      percentage: 100,
      elapsed_time: '0:00:00',
      remaining_time: '1:02:05',
    });
  });

  it('is cut behind a step', () => {
    const lines = [1, 2, 2, 3].map((step) => JSON.stringify({ current_steps: step }));
    writeFileSync(join(folder, TRAINER_LOG_FILE), `${lines.join('\n')}\n{"current_st`);
    trimTrainerLog(folder, 2);
    expect(readTrainerLog(folder).map((line) => line.current_steps)).toEqual([1, 2, 2]);
    expect(written(TRAINER_LOG_FILE)).toBe(`${lines.slice(0, 3).join('\n')}\n`);
  });
});
