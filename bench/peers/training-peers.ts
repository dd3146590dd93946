/**
 * Others that train what we train: LLaMA-Factory's own trainer, and a plain PyTorch loop. Each turn is a process of
 * its own that loads, trains and ends, as ours is.
 */
import { join } from 'node:path';
import { RunError, writeJsonAtomic } from '../../src/core/index.ts';
import type { PeerName } from '../job.ts';
import type { PreparedTraining, TrainingPlan } from '../prepare-training.ts';
import type { Turn } from '../training-report.ts';
import { pythonEnvironment } from './environment.ts';
import { runPython } from './python.ts';

export interface PeerTurn extends Turn {
  readonly versions: Readonly<Record<string, string>>;
}

export interface TrainingPeer {
  readonly name: string;
  train(): Promise<PeerTurn>;
}

/** @returns none where nothing is compared */
export async function trainingPeers(
  against: PeerName | undefined,
  training: PreparedTraining,
  plan: TrainingPlan,
): Promise<TrainingPeer[]> {
  if (against === undefined) return [];
  const python = await pythonEnvironment();
  switch (against) {
    case 'llamafactory':
      return [
        llamaFactory(python, { name: 'llamafactory', extra: {}, training, plan }),
        llamaFactory(python, {
          name: 'llamafactory without checkpointing',
          extra: { disable_gradient_checkpointing: true },
          training,
          plan,
        }),
      ];
    case 'pytorch':
      return [pyTorch(python, training, plan)];
    case 'llamacpp':
      throw new RunError('bench: llamacpp trains nothing; compare with llamafactory or pytorch');
  }
}

interface LlamaFactoryTraining {
  readonly name: string;
  /** Settings beside those that all programs share. */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly training: PreparedTraining;
  readonly plan: TrainingPlan;
}

function llamaFactory(python: string, { name, extra, training, plan }: LlamaFactoryTraining): TrainingPeer {
  const output_dir = join(training.folder, 'llamafactory');
  const own = { output_dir, overwrite_output_dir: true, report_to: 'none', use_cpu: true };
  return {
    name,
    train() {
      const order = { ...training.settings, ...own, ...extra };
      return runPython(python, 'llamafactory_train.py', {
        order,
        folder: training.folder,
        threads: plan.threads,
      });
    },
  };
}

function pyTorch(
  python: string,
  { settings, adapter, encoded, folder }: PreparedTraining,
  plan: TrainingPlan,
): TrainingPeer {
  const rows = join(folder, 'encoded.json');
  writeJsonAtomic(
    rows,
    encoded.map(({ inputIds, labels }) => ({ ids: [...inputIds], labels: [...labels] })),
  );
  const order = {
    model: settings['model_name_or_path'],
    adapter,
    rows,
    batch_size: plan.batchSize,
    steps: plan.steps,
    learning_rate: settings['learning_rate'],
  };
  return {
    name: 'pytorch',
    train: () => runPython(python, 'pytorch_train.py', { order, folder, threads: plan.threads }),
  };
}
