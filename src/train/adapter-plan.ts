/** Which adapters become part of the weights, and what the trained one looks like and starts from. */
import type { RunConfig } from '../config/index.ts';
import { RunError } from '../core/index.ts';
import { readAdapter } from '../load/index.ts';
import { type DecoderSpec, type LoraSpec, loraModules } from '../model/index.ts';
import type { Checkpoint } from '../runs/index.ts';

export interface AdapterPlan {
  /** Folders of adapters that become part of the weights, in order. */
  readonly merged: readonly string[];
  readonly lora: LoraSpec;
  /** The folder that the trained adapter starts from; undefined for a new one. */
  readonly from: string | undefined;
}

/**
 * All adapters given but the last are merged, and the last is trained further, unless a new one is wanted. Reads them
 * all, so that a broken one is found before the model is loaded.
 * @throws ModelError, RunError when the checkpoint is of another adapter
 */
export function planAdapters(
  config: RunConfig,
  spec: DecoderSpec,
  resumed: Checkpoint | undefined,
): AdapterPlan {
  const given = config.adapter_name_or_path;
  const last = config.create_new_adapter ? undefined : given.at(-1);
  const merged = last === undefined ? given : given.slice(0, -1);
  for (const folder of merged) readAdapter(folder, spec);
  const lora: LoraSpec =
    last === undefined
      ? {
          rank: config.lora_rank,
          alpha: config.lora_alpha,
          rankStabilized: config.use_rslora,
          dropout: config.lora_dropout,
          modules: loraModules(config.lora_target),
        }
      : readAdapter(last, spec).lora;
  if (!resumed) return { merged, lora, from: last };
  const saved = readAdapter(resumed.path, spec).lora;
  if (JSON.stringify(inOrder(saved)) !== JSON.stringify(inOrder(lora))) {
    throw new RunError({
      en:
        `resume: ${resumed.path} holds an adapter of other settings (${inWords(saved)}) than the run's (${inWords(lora)}); ` +
        'keep the settings, or set overwrite_output_dir: true to begin anew',
      zh: `续训：${resumed.path} 中适配器的设置（${inWords(saved)}）与本次运行（${inWords(lora)}）不同；请保持设置不变，或设置 overwrite_output_dir: true 重新训练`,
    });
  }
  return { merged, lora, from: resumed.path };
}

function inOrder({ rank, alpha, rankStabilized, dropout, modules }: LoraSpec): unknown[] {
  return [rank, alpha, rankStabilized, dropout, modules];
}

function inWords({ rank, alpha, rankStabilized, dropout, modules }: LoraSpec): string {
  const kind = rankStabilized ? ', use_rslora' : '';
  return `lora_rank ${rank}, lora_alpha ${alpha}, lora_dropout ${dropout}, lora_target ${modules.join(',')}${kind}`;
}
