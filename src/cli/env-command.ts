/** `tunesmith env`: what a report of a problem should hold. */
import { arch, availableParallelism, cpus, release } from 'node:os';
import type { Command } from 'commander';
import {
  cacheFolder,
  checkMachine,
  formatBytes,
  type Language,
  machineMemoryBytes,
  messageOf,
} from '../core/index.ts';
import { listDevices } from '../graph/index.ts';
import { availableMemory, openDevice } from '../load/index.ts';
import { packageVersion } from './package-version.ts';

const EN = {
  about: 'print versions, device, threads and memory',
  system: 'system',
  processor: 'processor',
  memory: 'memory',
  free: (free: string, total: string) => `${free} free of ${total}`,
  device: 'device',
  threads: (name: string, threads: number) => `${name}, ${threads} threads unless num_threads says otherwise`,
  devices: 'devices',
  cache: 'cache',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '显示版本、设备、线程和内存',
    system: '系统',
    processor: '处理器',
    memory: '内存',
    free: (free, total) => `可用 ${free}，共 ${total}`,
    device: '设备',
    threads: (name, threads) => `${name}，默认 ${threads} 个线程（可用 num_threads 改）`,
    devices: '可见设备',
    cache: '缓存',
  },
};

export function addEnvCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  program
    .command('env')
    .description(text.about)
    .action(() => {
      for (const [label, value] of facts(language)) console.log(`${label}: ${value}`);
    });
}

function facts(language: Language): [string, string][] {
  const text = TEXTS[language];
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const glibc = header.glibcVersionRuntime ? `, glibc ${header.glibcVersionRuntime}` : '';
  return [
    ['tunesmith', packageVersion()],
    ['node', process.version],
    [text.system, `${process.platform} ${arch()}, ${release()}${glibc}`],
    [text.processor, `${cpus()[0]?.model ?? '?'}, ${availableParallelism()}`],
    [text.memory, text.free(formatBytes(availableMemory()), formatBytes(machineMemoryBytes()))],
    ...deviceFacts(language),
    [text.cache, cacheFolder()],
  ];
}

/** Where the engine cannot be loaded, that is the fact. */
function deviceFacts(language: Language): [string, string][] {
  const text = TEXTS[language];
  try {
    checkMachine();
    using device = openDevice({ name: 'auto', threads: null });
    const visible = listDevices().map(({ name, description }) => `${name} (${description})`);
    return [
      [text.device, text.threads(device.name, device.threads)],
      [text.devices, visible.join(', ')],
    ];
  } catch (error) {
    return [[text.device, messageOf(error, language)]];
  }
}
