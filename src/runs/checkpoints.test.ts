import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunError } from '../core/index.ts';
import { checkpointToResume, lastCheckpoint, listCheckpoints, rotateCheckpoints } from './checkpoints.ts';
import { newTrainerState, writeTrainerState } from './trainer-state.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpoints-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PLAN = {
  eval_steps: 1,
  logging_steps: 1,
  max_steps: 100,
  num_train_epochs: 1,
  save_steps: 1,
  train_batch_size: 1,
};

function leave(name: string, { weights = true, state = true } = {}): void {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  if (weights) writeFileSync(join(path, 'adapter_model.safetensors'), '');
  const step = Number(name.split('-')[1]);
  if (state) writeTrainerState(path, { ...newTrainerState(PLAN), global_step: step });
}

describe('lastCheckpoint', () => {
  it('goes by step, not by name, and passes over torn ones', () => {
    for (const name of ['checkpoint-9', 'checkpoint-10', 'checkpoint-x', 'other-99']) leave(name);
    leave('checkpoint-11', { weights: false });
    leave('checkpoint-12', { state: false });
    leave('checkpoint-13', { state: false });
    writeFileSync(join(folder, 'checkpoint-13', 'trainer_state.json'), '{"global_step": 13');
    writeFileSync(join(folder, 'checkpoint-14'), 'a file');
    expect(listCheckpoints(folder).map(({ step }) => step)).toEqual([9, 10, 11, 12, 13]);
    expect(lastCheckpoint(folder)).toEqual({ step: 10, path: join(folder, 'checkpoint-10') });
  });

  it('finds none where there is none', () => {
    expect(lastCheckpoint(folder)).toBeUndefined();
    expect(lastCheckpoint(join(folder, 'absent'))).toBeUndefined();
  });
});

describe('checkpointToResume', () => {
  const settings = (rest: { overwrite?: boolean; told?: string } = {}) => ({
    output_dir: folder,
    overwrite_output_dir: rest.overwrite ?? false,
    resume_from_checkpoint: rest.told ?? null,
  });

  it('is the last in output_dir, unless that is to be overwritten', () => {
    expect(checkpointToResume(settings())).toBeUndefined();
    leave('checkpoint-5');
    expect(checkpointToResume(settings())).toEqual({ step: 5, path: join(folder, 'checkpoint-5') });
    expect(checkpointToResume(settings({ overwrite: true }))).toBeUndefined();
  });

  it('is the one that is told, even when output_dir has a later one', () => {
    leave('checkpoint-5');
    leave('checkpoint-6');
    const told = join(folder, 'checkpoint-5');
    expect(checkpointToResume(settings({ told, overwrite: true }))).toEqual({ step: 5, path: told });
    const torn = join(folder, 'checkpoint-7');
    leave('checkpoint-7', { state: false });
    expect(() => checkpointToResume(settings({ told: torn }))).toThrow(/checkpoint-7 is no complete/);
  });

  it('does not let a finished model be lost', () => {
    writeFileSync(join(folder, 'adapter_model.safetensors'), '');
    expect(() => checkpointToResume(settings())).toThrow(RunError);
    expect(checkpointToResume(settings({ overwrite: true }))).toBeUndefined();
    leave('checkpoint-5');
    expect(checkpointToResume(settings())?.step).toBe(5);
  });
});

describe('rotateCheckpoints', () => {
  // Expected: transformers 5.6, trainer_utils.rotate_checkpoints.
  const cases: readonly (readonly [string, number | null, number | null, number[]])[] = [
    ['no limit', null, null, [2, 10, 20, 30]],
    ['a limit of 0 is none', 0, null, [2, 10, 20, 30]],
    ['within the limit', 4, null, [2, 10, 20, 30]],
    ['the oldest go', 2, null, [20, 30]],
    ['the best is kept instead of a newer one', 2, 2, [2, 30]],
    ['the best among the newest', 2, 20, [20, 30]],
    ['the best and the last stay above the limit', 1, 10, [10, 30]],
    ['the last is the best', 1, 30, [30]],
  ];
  it.each(cases)('%s', (_, limit, best, kept) => {
    for (const step of [2, 10, 20, 30]) leave(`checkpoint-${step}`);
    const removed = rotateCheckpoints(
      folder,
      limit,
      best === null ? null : join(folder, `checkpoint-${best}`),
    );
    expect(listCheckpoints(folder).map(({ step }) => step)).toEqual(kept);
    expect(removed.map(({ path }) => basename(path))).toHaveLength(4 - kept.length);
    expect(readdirSync(folder)).toHaveLength(kept.length);
  });
});
