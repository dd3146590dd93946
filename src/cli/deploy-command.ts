/** `tunesmith deploy`: writes down how a model goes into service, by what a load test measured. */
import { copyFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type RunConfig, SETTINGS } from '../config/index.ts';
import { ConfigError, formatBytes, type Language, ModelError } from '../core/index.ts';
import {
  type CapacityPlan,
  type Deployment,
  formatCapacity,
  type LoadTestResult,
  type ModelSource,
  memoryLimit,
  type PackageSource,
  parseServiceLevel,
  planCapacity,
  readLoadTestResult,
  writeDeployment,
} from '../loadtest/index.ts';
import { packageRoot, packageVersion } from './package-version.ts';
import { readRunConfig } from './run-words.ts';
import { shownPath } from './shown-path.ts';

const EN = {
  about: 'write a Dockerfile, a compose file, a Kubernetes manifest and the vLLM command for a model',
  settings:
    'run.yaml and key=value, as for api: model_name_or_path, adapter_name_or_path, port, max_num_seqs …',
  loadtest: 'result of loadtest --json: gives memory, processors, and with --target-qps the replicas',
  target: 'replicas for so many requests a second',
  headroom: 'share of each replica that stays free',
  price: 'of a replica, for the cost',
  slo: 'what a result that is no ramp has to hold, as p95=300ms',
  replicas: 'replicas, where they are not to be planned',
  cpu: 'processors of a replica',
  memory: 'GiB of memory of a replica',
  name: 'name of the service',
  image: 'name of the image',
  package: 'what npm installs into the image: a .tgz file, or a published name or address',
  out: 'folder to write to',
  number: (flag: string, value: string) => `deploy: ${flag} ${value} is not a number above 0; correct it`,
  missing: (what: string, flag: string) =>
    `deploy: the ${what} of a replica is not known; give ${flag}, or --loadtest with a result of tunesmith api, which tells its footprint`,
  needsResult: 'deploy: --target-qps needs to know what a replica holds; add --loadtest',
  both: 'deploy: --replicas and --target-qps exclude each other; leave one out',
  pack: (file: string, command: string) =>
    `The image installs ${file} from there, as tunesmith is not taken from npm's registry unless --package says so. Before building, make it:\n  ${command}`,
  noVllm: 'No vllm.sh: vLLM reads no GGUF here; give the model as a Hugging Face folder or name.',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '为模型写出 Dockerfile、compose 文件、Kubernetes 清单和 vLLM 命令',
    settings:
      'run.yaml 与 key=value，同 api：model_name_or_path、adapter_name_or_path、port、max_num_seqs 等',
    loadtest: 'loadtest --json 的结果：给出内存、处理器，配合 --target-qps 给出副本数',
    target: '按每秒这么多请求规划副本数',
    headroom: '每个副本预留的比例',
    price: '每个副本每小时的价格，用于计算成本',
    slo: '非阶梯加压的结果须满足的指标，如 p95=300ms',
    replicas: '副本数（不做规划时）',
    cpu: '每个副本的处理器数',
    memory: '每个副本的内存（GiB）',
    name: '服务名称',
    image: '镜像名称',
    package: '镜像中由 npm 安装的包：.tgz 文件，或已发布的名称或地址',
    out: '写入的文件夹',
    number: (flag, value) => `deploy：${flag} ${value} 不是大于 0 的数，请更正`,
    missing: (what, flag) =>
      `deploy：不知道每个副本的 ${what}；请给出 ${flag}，或用 --loadtest 给出对 tunesmith api 的压测结果（含资源占用）`,
    needsResult: 'deploy：--target-qps 需要知道一个副本的承载量；请加上 --loadtest',
    both: 'deploy：--replicas 与 --target-qps 不能同时使用；请去掉一个',
    pack: (file, command) =>
      `镜像会安装该文件夹中的 ${file}（除非用 --package 指定，否则不从 npm 仓库获取 tunesmith）。构建前请先生成它：\n  ${command}`,
    noVllm: '未写 vllm.sh：vLLM 不读取此 GGUF；请以 Hugging Face 文件夹或名称给出模型。',
  },
};

interface Options {
  readonly loadtest?: string;
  readonly targetQps?: string;
  readonly headroom: string;
  readonly pricePerHour?: string;
  readonly slo?: string;
  readonly replicas?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly name: string;
  readonly image?: string;
  readonly package?: string;
  readonly out: string;
}

export function addDeployCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  program
    .command('deploy')
    .description(text.about)
    .argument('[settings...]', text.settings)
    .option('--loadtest <file>', text.loadtest)
    .option('--target-qps <qps>', text.target)
    .option('--headroom <share>', text.headroom, '0.3')
    .option('--price-per-hour <price>', text.price)
    .option('--slo <level>', text.slo)
    .option('--replicas <count>', text.replicas)
    .option('--cpu <count>', text.cpu)
    .option('--memory <GiB>', text.memory)
    .option('--name <name>', text.name, 'tunesmith')
    .option('--image <image>', text.image)
    .option('--package <spec>', text.package)
    .option('--out <folder>', text.out, 'deploy')
    .allowUnknownOption()
    .action((words: string[], options: Options) => deploy(words, options, language));
}

function deploy(words: string[], options: Options, language: Language): void {
  const text = TEXTS[language];
  const config = readRunConfig(words);
  const result = options.loadtest === undefined ? undefined : readLoadTestResult(options.loadtest);
  const plan = planOf(result, options, text);
  const deployment = deploymentOf(config, { result, plan, options, text });
  const files = writeDeployment(deployment, options.out);
  if (plan) console.log(formatCapacity(plan, language));
  for (const file of files) console.log(shownPath(resolve(file)));
  const { package: source } = deployment;
  if (source.kind === 'tarball') {
    if (options.package !== undefined) copyFileSync(options.package, join(options.out, source.file));
    else if (!existsSync(join(options.out, source.file))) {
      console.log(text.pack(source.file, packCommand(options.out)));
    }
  }
  if (!files.some((file) => basename(file) === 'vllm.sh')) console.log(text.noVllm);
}

function planOf(
  result: LoadTestResult | undefined,
  { targetQps, headroom, pricePerHour, slo, replicas }: Options,
  text: typeof EN,
): CapacityPlan | undefined {
  if (targetQps === undefined) return undefined;
  if (replicas !== undefined) throw new ConfigError(text.both);
  if (!result) throw new ConfigError(text.needsResult);
  return planCapacity(result, {
    targetQps: positive('--target-qps', targetQps, text),
    headroom: Number(headroom),
    pricePerHour: pricePerHour === undefined ? undefined : positive('--price-per-hour', pricePerHour, text),
    level: slo === undefined ? undefined : parseServiceLevel(slo),
  });
}

interface Known {
  readonly result: LoadTestResult | undefined;
  readonly plan: CapacityPlan | undefined;
  readonly options: Options;
  readonly text: typeof EN;
}

function deploymentOf(config: RunConfig, { result, plan, options, text }: Known): Deployment {
  const footprint = result?.footprint;
  const cores =
    options.cpu === undefined
      ? footprint && Math.ceil(footprint.cores)
      : positive('--cpu', options.cpu, text);
  const memoryBytes =
    options.memory === undefined
      ? footprint && memoryLimit(footprint.residentBytes)
      : positive('--memory', options.memory, text) * 2 ** 30;
  if (cores === undefined) throw new ConfigError(text.missing('cpu', '--cpu'));
  if (memoryBytes === undefined) throw new ConfigError(text.missing('memory', '--memory'));
  const { served_model_name: names, adapter_name_or_path: folders } = config;
  const asked =
    options.replicas === undefined ? 1 : Math.ceil(positive('--replicas', options.replicas, text));
  return {
    name: options.name,
    image: options.image ?? `${options.name}:latest`,
    package: packageSource(options.package),
    model: modelSource(config.model_name_or_path),
    modelName: names[folders.length] ?? basename(config.model_name_or_path).replace(/^starter:/, ''),
    adapters: folders.map((path, index) => ({
      path: resolve(path),
      name: names[index] ?? adapterName(path),
      rank: rankOf(path),
    })),
    port: config.port === 0 ? 8000 : config.port,
    replicas: plan?.instances ?? asked,
    ...{ cores, memoryBytes },
    requestSeconds: config.request_timeout,
    settings: changedSettings(config),
    reasons: [
      `tunesmith deploy, ${packageVersion()}`,
      ...(footprint
        ? [`measured: ${formatBytes(footprint.residentBytes)} of memory, ${footprint.cores.toFixed(2)} cores`]
        : []),
      ...(plan ? formatCapacity(plan, 'en').split('\n') : []),
    ],
  };
}

/** Its own tarball unless something else is named. */
function packageSource(given: string | undefined): PackageSource {
  if (given === undefined) return { kind: 'tarball', file: `tunesmith-${packageVersion()}.tgz` };
  const isFile = given.endsWith('.tgz') && existsSync(given);
  return isFile ? { kind: 'tarball', file: basename(given) } : { kind: 'spec', spec: given };
}

/** An installed package is packed as it is; a checkout builds itself first. */
function packCommand(out: string): string {
  const root = packageRoot();
  const scripts = existsSync(join(root, 'src')) ? '' : ' --ignore-scripts';
  return `npm pack${scripts} --pack-destination ${JSON.stringify(shownPath(resolve(out)))} ${JSON.stringify(root)}`;
}

function modelSource(name: string): ModelSource {
  if (!existsSync(name)) return { kind: 'name', name };
  return { kind: statSync(name).isDirectory() ? 'folder' : 'file', path: resolve(name) };
}

/** A checkpoint's number says little without its run. */
function adapterName(path: string): string {
  const name = basename(resolve(path));
  return /^checkpoint-\d+$/.test(name) ? `${basename(dirname(resolve(path)))}-${name}` : name;
}

function rankOf(folder: string): number {
  const file = join(folder, 'adapter_config.json');
  try {
    const { r } = JSON.parse(readFileSync(file, 'utf8')) as { r?: unknown };
    if (typeof r === 'number') return r;
  } catch (error) {
    throw new ModelError(
      {
        en: `${file}: cannot be read; name the folder of an adapter`,
        zh: `${file}：无法读取；请指定适配器的文件夹`,
      },
      error,
    );
  }
  throw new ModelError({
    en: `${file}: has no rank r; name the folder of an adapter`,
    zh: `${file}：没有秩 r；请指定适配器的文件夹`,
  });
}

/** Given by the deployment itself, or of the machine that writes it. */
const PLACED = ['host', 'port', 'replicas', 'served_model_name', 'request_timeout', 'api_key_file'];
const OF_MODEL = ['template', 'enable_thinking', 'accept_license'];

/** What answers depend on, where it is not as `api` has it by itself. */
function changedSettings(config: RunConfig): Record<string, string | number | boolean> {
  const values: Readonly<Record<string, unknown>> = { ...config };
  const changed: Record<string, string | number | boolean> = {};
  for (const { key, group, status, default: usual } of SETTINGS) {
    const isMeant = group === 'generation' || group === 'serving' || OF_MODEL.includes(key);
    const value = values[key];
    if (status !== 'supported' || !isMeant || PLACED.includes(key) || value === null || value === undefined)
      continue;
    const shown = Array.isArray(value) ? value.join(',') : (value as string | number | boolean);
    if (String(shown) !== String(usual ?? '')) changed[key] = shown;
  }
  return changed;
}

function positive(flag: string, value: string, text: typeof EN): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new ConfigError(text.number(flag, value));
}
