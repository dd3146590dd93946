/** Says before anything is loaded when weights will not fit into the machine's memory. */
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { formatBytes, MemoryError } from '../core/index.ts';
import { type DecoderSpec, weightBytes } from '../model/index.ts';
import type { WeightDtype } from './load-weights.ts';

/** @throws MemoryError with both figures and what to do */
export function checkMemory(spec: DecoderSpec, dtype: WeightDtype, available = availableMemory()): void {
  const needed = weightBytes(spec, dtype);
  if (needed <= available) return;
  const hint =
    dtype === 'f32' ? 'set bf16: true, which halves it, or choose a smaller model' : 'choose a smaller model';
  throw new MemoryError({
    en: `load: the model's weights need ${formatBytes(needed)} in ${dtype}, but ${formatBytes(available)} of memory are free; ${hint}`,
    zh: `加载：${dtype} 权重需要 ${formatBytes(needed)}，而可用内存为 ${formatBytes(available)}；请${dtype === 'f32' ? '设置 bf16: true（内存减半），或' : ''}换更小的模型`,
  });
}

/** Bytes that a process can take without swapping: MemAvailable on Linux, within the control group's limit. */
export function availableMemory(): number {
  if (process.platform !== 'linux') return freemem();
  const free =
    Number(readText('/proc/meminfo')?.match(/^MemAvailable:\s+(\d+) kB/m)?.[1]) * 1024 || freemem();
  const limit = Number(readText('/sys/fs/cgroup/memory.max'));
  // What files left in the cache counts as used, and is given back on demand.
  const cached = Number(readText('/sys/fs/cgroup/memory.stat')?.match(/^inactive_file (\d+)/m)?.[1] ?? 0);
  const used = Number(readText('/sys/fs/cgroup/memory.current')) - cached;
  return Number.isFinite(limit) && limit > 0 ? Math.min(free, limit - used) : free;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not every Linux has it
  }
}
