/**
 * What is put into service: a model and its adapters, how often, and on how much of a machine. Settings and a measured
 * footprint become this one value; the files beside this one write it down, each for one kind of platform.
 */
import { basename, dirname, extname, resolve } from 'node:path';
import { ConfigError } from '../../core/index.ts';

/** Files that are copied into the image, or a name that the image fetches when it is built. */
export type ModelSource =
  | { readonly kind: 'folder' | 'file'; readonly path: string }
  | { readonly kind: 'name'; readonly name: string };

/** What npm installs into the image: a file beside the Dockerfile, or whatever else npm can fetch. */
export type PackageSource =
  | { readonly kind: 'tarball'; readonly file: string }
  | { readonly kind: 'spec'; readonly spec: string };

export interface DeployedAdapter {
  readonly path: string;
  /** As requests name it. */
  readonly name: string;
  /** `lora_rank`. */
  readonly rank: number;
}

export interface Deployment {
  /** Of the service, the image and everything else. */
  readonly name: string;
  readonly image: string;
  readonly package: PackageSource;
  readonly model: ModelSource;
  /** As requests name the base model. */
  readonly modelName: string;
  readonly adapters: readonly DeployedAdapter[];
  readonly port: number;
  readonly replicas: number;
  /** Of one replica. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** How long a request may take, and so how long an ending server may answer. */
  readonly requestSeconds: number;
  /** Further settings of `tunesmith api`. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** What the numbers rest on, a line each, for the heads of the files. */
  readonly reasons: readonly string[];
}

/** Memory grows with the prompts at hand; a pod that reaches its limit is killed. */
const MEMORY_MARGIN = 1.25;
const MEMORY_STEP_BYTES = 64 * 2 ** 20;
/** As Kubernetes allows for services (RFC 1035). */
const SERVICE_NAME = /^[a-z]([-a-z\d]{0,38}[a-z\d])?$/;

/** Inside the image. */
export const MODEL_PLACE = '/srv/model';

function modelPlace({ model }: Deployment): string {
  if (model.kind === 'name') return model.name;
  return model.kind === 'folder' ? MODEL_PLACE : `${MODEL_PLACE}/${basename(model.path)}`;
}

export function adapterPlace(index: number): string {
  return `/srv/adapter-${index}`;
}

/** The folders that a build needs besides its own, by the names that the Dockerfile copies from. */
export function buildContexts({ model, adapters }: Deployment): Record<string, string> {
  const contexts: Record<string, string> = {};
  if (model.kind !== 'name') {
    contexts['model'] = resolve(model.kind === 'folder' ? model.path : dirname(model.path));
  }
  for (const [index, { path }] of adapters.entries()) contexts[`adapter-${index}`] = resolve(path);
  return contexts;
}

/** The words of `tunesmith api` inside a container. */
export function apiWords(deployment: Deployment): string[] {
  const { adapters, modelName, port, cores, requestSeconds, settings } = deployment;
  const names = [...adapters.map(({ name }) => name), modelName];
  const words = {
    model_name_or_path: modelPlace(deployment),
    ...(adapters.length > 0 && {
      adapter_name_or_path: adapters.map((_, index) => adapterPlace(index)).join(','),
    }),
    served_model_name: names.join(','),
    host: '0.0.0.0',
    port,
    num_threads: Math.max(1, Math.floor(cores)),
    request_timeout: requestSeconds,
    ...settings,
  };
  return Object.entries(words).map(([key, value]) => `${key}=${value}`);
}

/** A measured peak with its margin, in whole steps. */
export function memoryLimit(residentBytes: number): number {
  return Math.ceil((residentBytes * MEMORY_MARGIN) / MEMORY_STEP_BYTES) * MEMORY_STEP_BYTES;
}

/** @throws ConfigError when a value would not be taken by one of the platforms */
export function checkDeployment({ name, replicas, cores, memoryBytes }: Deployment): void {
  if (!SERVICE_NAME.test(name)) {
    throw new ConfigError({
      en: `deploy: ${JSON.stringify(name)} is no name of a service; use lower-case letters, digits and dashes, at most 40`,
      zh: `部署：${JSON.stringify(name)} 不能用作服务名；请用小写字母、数字和连字符，最多 40 个字符`,
    });
  }
  if (!(replicas >= 1) || !(cores > 0) || !(memoryBytes > 0)) {
    throw new ConfigError({
      en: `deploy: ${replicas} replicas of ${cores} cores and ${memoryBytes} bytes are no deployment; give numbers above 0`,
      zh: `部署：${replicas} 个副本、${cores} 个核、${memoryBytes} 字节内存无法部署；请填大于 0 的数字`,
    });
  }
}

export function isGguf({ model }: Deployment): boolean {
  return model.kind === 'file' && extname(model.path).toLowerCase() === '.gguf';
}
