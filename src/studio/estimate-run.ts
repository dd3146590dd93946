/**
 * What a training would take, asked of the command line in a process of its own, since it reads rows and plans graphs.
 * How long is told only where this machine trained this model before.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunConfig, toRunFile } from '../config/index.ts';
import { listRuns, readTrainerLog } from '../runs/index.ts';
import { askProgram } from './ask-program.ts';
import type { Studio } from './studio.ts';
import type { Estimate } from './wire/index.ts';

/** What the command prints. */
interface Told extends Omit<Estimate, 'memoryBytes' | 'weightBytes' | 'adapterBytes' | 'activationBytes'> {
  readonly memory?: Readonly<
    Record<'totalBytes' | 'weightBytes' | 'adapterBytes' | 'activationBytes', number>
  >;
}

export async function estimateRun(
  config: RunConfig,
  { studio, signal }: { studio: Studio; signal: AbortSignal },
): Promise<Estimate> {
  mkdirSync(studio.workspace.state(), { recursive: true });
  const folder = mkdtempSync(join(studio.workspace.state(), 'estimate-'));
  try {
    const file = join(folder, 'run.yaml');
    writeFileSync(file, toRunFile(config));
    const words = ['estimate', file, '--json'];
    const { memory, ...told } = JSON.parse(
      await askProgram(words, { program: studio.options.program, signal }),
    ) as Told;
    const needs = memory && {
      memoryBytes: memory.totalBytes,
      weightBytes: memory.weightBytes,
      adapterBytes: memory.adapterBytes,
      activationBytes: memory.activationBytes,
    };
    const tokensPerSecond = speedBefore(config);
    if (tokensPerSecond === undefined) return { ...told, ...needs };
    return { ...told, ...needs, tokensPerSecond, seconds: told.tokens / tokensPerSecond };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of the last run with the same model and precision. */
function speedBefore(config: RunConfig): number | undefined {
  for (const { model, view, output_dir } of listRuns()) {
    if (model !== config.model_name_or_path || /^bf16: true$/m.test(view.runFile ?? '') !== config.bf16)
      continue;
    const speed = readTrainerLog(output_dir).findLast(
      ({ throughput }) => throughput !== undefined,
    )?.throughput;
    if (speed !== undefined && speed > 0) return speed;
  }
  return undefined;
}
