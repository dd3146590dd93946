/** Settings that come from the page, placed in the workspace: every path in them absolute, and none outside. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '../core/index.ts';
import { listRuns } from '../runs/index.ts';
import type { Workspace } from './workspace.ts';

type Raw = Readonly<Record<string, unknown>>;

/** Settings that name folders of the workspace. */
const FOLDERS = ['output_dir', 'dataset_dir', 'resume_from_checkpoint', 'cache_dir'];

/** @throws ConfigError for a path that leads out of the workspace */
export function placeSettings(settings: Raw, workspace: Workspace): Raw {
  const placed: Record<string, unknown> = { dataset_dir: workspace.data, ...workspace.defaults, ...settings };
  for (const key of FOLDERS) {
    const value = placed[key];
    if (typeof value === 'string' && value !== '') placed[key] = workspace.inside(value, key);
  }
  const model = placed['model_name_or_path'];
  if (typeof model === 'string' && model !== '') placed['model_name_or_path'] = placeModel(model, workspace);
  const adapters = placed['adapter_name_or_path'];
  if (adapters !== undefined && adapters !== null && adapters !== '') {
    const names = Array.isArray(adapters) ? adapters : String(adapters).split(',');
    placed['adapter_name_or_path'] = names.map((name) => placeAdapter(String(name).trim(), workspace));
  }
  return placed;
}

/** Names of starters and of hubs are no paths. */
export function placeModel(model: string, workspace: Workspace): string {
  return /^(starter|hf|ms):/.test(model) ? model : workspace.model(model);
}

/** An adapter may lie in any run of this machine, or in the workspace. */
export function placeAdapter(path: string, workspace: Workspace): string {
  const absolute = resolve(workspace.root, path);
  const isOfRun = listRuns().some(
    ({ output_dir }) => absolute === output_dir || absolute.startsWith(`${output_dir}/checkpoint-`),
  );
  const placed = isOfRun ? absolute : workspace.inside(path, 'adapter_name_or_path');
  if (!existsSync(placed))
    throw new ConfigError({
      en: `adapter_name_or_path: ${path} is not there; choose one of the list`,
      zh: `adapter_name_or_path：${path} 不存在；请从列表中选择`,
    });
  return placed;
}
