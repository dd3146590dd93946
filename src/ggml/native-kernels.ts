/**
 * Own CPU kernels beside ggml's operations: chosen by what the processor can do, taken prebuilt from the package,
 * else from the cache, else built once with the system's compiler. Without any, ggml's operations serve.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { type Bilingual, cacheFolder, DeviceError } from '../core/index.ts';
import type { Pointer } from './signatures.ts';

/** Instruction sets that kernels are built for, best first, with the processor flags that each needs. */
const VARIANTS = {
  avx512bf16: {
    arch: 'x64',
    needs: ['avx512f', 'avx512bw', 'avx512vl', 'avx512dq', 'avx512_bf16', 'fma', '3dnowprefetch'],
    flags: ['-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512dq', '-mavx512bf16', '-mfma', '-mprfchw'],
  },
  avx512: {
    arch: 'x64',
    needs: ['avx512f', 'avx512bw', 'avx512vl', 'avx512dq', 'fma'],
    flags: ['-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512dq', '-mfma'],
  },
  avx2: { arch: 'x64', needs: ['avx2', 'fma'], flags: ['-mavx2', '-mfma'] },
  neon: { arch: 'arm64', needs: [], flags: [] },
} as const;
type Variant = keyof typeof VARIANTS;

const COMMON_FLAGS = ['-std=c++17', '-O3', '-fno-math-errno', '-fno-trapping-math', '-ffp-contract=fast'];
/** Where sources and prebuilt libraries lie: beside src/ in a checkout, beside dist/ in the package. */
const NATIVE = join(import.meta.dirname, '..', '..', 'native');

export interface NativeKernels {
  readonly variant: Variant;
  /** What happened, for the log: built now, or why there are none. */
  readonly note?: Bilingual;
  /** Address of a kernel. */
  symbol(name: string): Pointer;
}

let found: { kernels: NativeKernels | undefined; note?: Bilingual } | undefined;

/** The kernels for this processor; undefined where ggml's operations have to serve. */
export function nativeKernels(): NativeKernels | undefined {
  found ??= find(process.env['TUNESMITH_NATIVE'] ?? 'auto');
  return found.kernels;
}

/** What is to be said once about the kernels, if anything. */
export function nativeNote(): Bilingual | undefined {
  nativeKernels();
  return found?.note;
}

/** What a compiler is told for one variant, but what is to become of it. */
export function compilerFlags(variant: string): string[] {
  return [...COMMON_FLAGS, ...VARIANTS[variant as Variant].flags];
}

/** The variants that this processor runs, best first. */
export function runnableVariants(): string[] {
  const features = processorFlags();
  const names = Object.keys(VARIANTS) as Variant[];
  return names.filter((name) => {
    const { arch, needs } = VARIANTS[name];
    return arch === process.arch && needs.every((flag) => features.has(flag));
  });
}

/** Compiles one variant into a file. @returns the compiler's complaint, if it failed */
export function buildKernels(variant: string, target: string, compiler = 'c++'): string | undefined {
  const temporary = `${target}.${process.pid}.part`;
  mkdirSync(join(target, '..'), { recursive: true });
  const result = spawnSync(
    compiler,
    [...compilerFlags(variant), '-fPIC', '-shared', ...sources(), '-o', temporary],
    { encoding: 'utf8' },
  );
  if (result.status !== 0) {
    rmSync(temporary, { force: true });
    return (
      result.error?.message ?? result.stderr.split('\n').find((line) => line.includes('error')) ?? 'it failed'
    );
  }
  renameSync(temporary, target);
  return undefined;
}

function find(wish: string): { kernels: NativeKernels | undefined; note?: Bilingual } {
  if (wish === 'off') return { kernels: undefined };
  if (wish !== 'auto' && !(wish in VARIANTS)) {
    throw new DeviceError(
      `native: TUNESMITH_NATIVE is ${wish}; set it to auto, off or one of ${Object.keys(VARIANTS).join(', ')}`,
    );
  }
  const variant = (wish === 'auto' ? runnableVariants()[0] : wish) as Variant | undefined;
  if (!variant) return { kernels: undefined };
  const prebuilt = join(NATIVE, 'prebuilt', `${process.platform}-${process.arch}`, `${variant}.so`);
  if (existsSync(prebuilt)) return { kernels: open(prebuilt, variant) };
  const cached = join(cacheFolder(), 'native', `${variant}-${sourceHash()}.so`);
  if (existsSync(cached)) return { kernels: open(cached, variant) };
  const failure = buildKernels(variant, cached);
  if (failure) {
    return {
      kernels: undefined,
      note: {
        en: `no compiler built the fast kernels for ${variant} (${failure}); ggml's own serve, several times slower. Install a C++ compiler to change that`,
        zh: `未能为 ${variant} 编译快速内核（${failure}），改用 ggml 自带的算子，速度会慢数倍；安装 C++ 编译器即可解决`,
      },
    };
  }
  return {
    kernels: open(cached, variant),
    note: {
      en: `built fast kernels for ${variant} into the cache`,
      zh: `已为 ${variant} 编译快速内核并存入缓存`,
    },
  };
}

function open(file: string, variant: Variant): NativeKernels {
  const library = koffi.load(file);
  const known = new Map<string, Pointer>();
  return {
    variant,
    symbol(name) {
      if (!known.has(name)) known.set(name, library.symbol(name, 'void*') as Pointer);
      return known.get(name)!;
    },
  };
}

function processorFlags(): Set<string> {
  if (process.platform !== 'linux') return new Set();
  const line = readFileSync('/proc/cpuinfo', 'utf8').match(/^flags\s*: (.*)$/m);
  return new Set(line?.[1]?.split(' '));
}

function sources(): string[] {
  return readdirSync(NATIVE)
    .filter((name) => name.endsWith('.cpp'))
    .map((name) => join(NATIVE, name));
}

function sourceHash(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(NATIVE).sort()) {
    if (/\.(cpp|h)$/.test(name)) hash.update(readFileSync(join(NATIVE, name)));
  }
  return hash.update(COMMON_FLAGS.join()).digest('hex').slice(0, 16);
}
