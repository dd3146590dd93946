/**
 * What can be said of a model before it is opened, or even fetched: its family, licence, size, and what it would take of
 * this machine. Of a model on a hub nothing is downloaded but config.json.
 */
import { existsSync } from 'node:fs';
import { type MemoryFit, machineMemoryBytes, memoryFit } from '../core/index.ts';
import { describeHubModel, keptModels, type ResolvedModel, resolveModel, STARTERS } from '../hub/index.ts';
import { availableMemory, readSpec } from '../load/index.ts';
import { type DecoderSpec, familyOf } from '../model/index.ts';
import { type MethodNeed, type ModelNeed, methodNeeds, modelNeeds } from '../train/index.ts';

export interface ModelInfo {
  /** As it was asked for. */
  readonly name: string;
  readonly isHere: boolean;
  /** On the hub, and where that is. */
  readonly id?: string;
  readonly endpoint?: string;
  /** What would be downloaded. */
  readonly files?: readonly { readonly path: string; readonly sizeBytes: number }[];
  readonly downloadBytes?: number;
  readonly family?: string;
  readonly license?: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Empty where there is nothing to judge by. */
  readonly needs: readonly (ModelNeed & { readonly fit: MemoryFit })[];
  /** What training would take by each method. */
  readonly methods: readonly (MethodNeed & { readonly fit: MemoryFit })[];
}

/** @throws HubError, ModelError where there is no such model, or none that is read here */
export async function modelInfo(name: string): Promise<ModelInfo> {
  const kept = keptModels().find((one) => one.name === name);
  const license = kept?.license === undefined ? {} : { license: kept.license };
  if (kept?.model) return { name, isHere: true, ...license, ...judged(readSpec(kept.model)) };
  const starter = STARTERS.find((one) => `starter:${one.name}` === name);
  if (starter) {
    const files = starter.packages.map(({ file, sizeBytes }) => ({ path: file, sizeBytes }));
    const needs = judged(specOf(starter.config));
    return { name, isHere: false, license: starter.license.name, ...sizeOf(files), ...needs };
  }
  if (existsSync(name)) {
    const model: ResolvedModel = await resolveModel(name);
    return { name, isHere: true, ...judged(readSpec(model)) };
  }
  const { id, endpoint, files, config, license: ofCard } = await describeHubModel(name);
  return {
    name,
    isHere: false,
    id,
    endpoint,
    ...sizeOf(files),
    ...(ofCard !== undefined && { license: ofCard }),
    ...(config ? judged(specOf(config)) : withFit([], [])),
  };
}

function specOf(config: Readonly<Record<string, unknown>>): DecoderSpec {
  return familyOf('modelType', config['model_type']).readSpec(config);
}

function sizeOf(files: NonNullable<ModelInfo['files']>): Pick<ModelInfo, 'files' | 'downloadBytes'> {
  return { files, downloadBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

type Fitted = Pick<ModelInfo, 'freeBytes' | 'totalBytes' | 'needs' | 'methods'>;

function judged(spec: DecoderSpec): Fitted & Pick<ModelInfo, 'family'> {
  return { family: spec.modelType, ...withFit(modelNeeds(spec), methodNeeds(spec)) };
}

function withFit(needs: readonly ModelNeed[], methods: readonly MethodNeed[]): Fitted {
  const memory = { free: availableMemory(), total: machineMemoryBytes() };
  return {
    freeBytes: memory.free,
    totalBytes: memory.total,
    needs: needs.map((need) => ({ ...need, fit: memoryFit(need.bytes, memory) })),
    methods: methods.map((need) => ({ ...need, fit: memoryFit(need.bytes, memory) })),
  };
}
