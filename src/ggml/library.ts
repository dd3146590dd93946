/**
 * Finds ggml's libraries, tries them in a child process, loads them once and binds the functions of
 * signatures.ts. The versions and layouts that the binding relies on are checked here.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi from 'koffi';
import { cacheFolder, DeviceError, writeFileAtomic } from '../core/index.ts';
import { type GgmlFunctions, type Pointer, SIGNATURES } from './signatures.ts';

/** ggml 0.23: what the pinned packages carry and what this binding was written and tested against. */
const SUPPORTED_VERSION = /^0\.23\./;
/** sizeof(struct ggml_tensor) + sizeof(struct ggml_object): another value means another layout. */
const TENSOR_OVERHEAD = 368;
/** GGML_MAX_N_THREADS. */
export const MAX_THREADS = 512;
/** Loading takes a tenth of a second; a driver that hangs is given up. */
const TRIAL_TIMEOUT_MS = 60_000;

koffi.struct('ggml_init_params', { mem_size: 'size_t', mem_buffer: 'void*', no_alloc: 'bool' });
koffi.struct('ggml_threadpool_params', {
  cpumask: koffi.array('bool', MAX_THREADS),
  n_threads: 'int',
  prio: 'int',
  poll: 'uint32',
  strict_cpu: 'bool',
  paused: 'bool',
});

const require = createRequire(import.meta.url);
let loaded: { functions: GgmlFunctions; folder: string } | undefined;

/** ggml's functions; loads the libraries at the first call. */
export function ggml(): GgmlFunctions {
  loaded ??= load(libraryFolder());
  return loaded.functions;
}

/** The folder that the libraries were or would be loaded from: `TUNESMITH_GGML_DIR`, else the npm package's. */
export function libraryFolder(): string {
  const own = process.env['TUNESMITH_GGML_DIR'];
  if (own) {
    if (!statSync(own, { throwIfNoEntry: false })?.isDirectory()) {
      throw new DeviceError(
        `ggml: TUNESMITH_GGML_DIR names ${own}, which is no folder; correct it or unset it`,
      );
    }
    return own;
  }
  const platform =
    process.platform === 'darwin' ? 'mac' : process.platform === 'win32' ? 'win' : process.platform;
  const build = `${platform}-${process.arch}${platform === 'mac' && process.arch === 'arm64' ? '-metal' : ''}`;
  try {
    const entry = require.resolve(`@node-llama-cpp/${build}`);
    return join(dirname(entry), '..', 'bins', build);
  } catch (error) {
    throw new DeviceError(
      `ggml: no prebuilt libraries for ${process.platform}-${process.arch} are installed; ` +
        'run npm install without --omit=optional, or set TUNESMITH_GGML_DIR to a ggml build of your own',
      error,
    );
  }
}

function load(folder: string): { functions: GgmlFunctions; folder: string } {
  const base = findLibrary(folder, 'ggml-base');
  const registry = findLibrary(folder, 'ggml');
  tryInChild(folder, base, registry);
  // Global, so that backends loaded later find their symbols.
  const libraries = {
    base: koffi.load(base, { global: true }),
    registry: koffi.load(registry, { global: true }),
  };
  const functions: Record<string, unknown> = {};
  for (const [name, [library, result, ...parameters]] of Object.entries(SIGNATURES)) {
    const types = parameters.map((type) => (type === 'bytes' ? 'void*' : type));
    try {
      functions[name] = libraries[library].func(name, result, types);
    } catch (error) {
      throw new DeviceError(`ggml: ${folder} lacks the function ${name}; use a build of ggml 0.23`, error);
    }
    // The first two: in another version, what follows may be missing or mean something else.
    if (name === 'ggml_tensor_overhead') checkBuild(folder, functions as unknown as GgmlFunctions);
  }
  const bound = functions as unknown as GgmlFunctions;
  // ggml chats on standard error. A function that ignores its arguments and does nothing keeps it quiet;
  // failed assertions print all the same.
  bound.ggml_log_set(libraries.base.symbol('ggml_time_init', 'void*') as Pointer, null);
  bound.ggml_backend_load_all_from_path(folder);
  return { functions: bound, folder };
}

/** @throws DeviceError when the binding was not written for this build */
export function checkBuild(
  folder: string,
  { ggml_version, ggml_tensor_overhead }: Pick<GgmlFunctions, 'ggml_version' | 'ggml_tensor_overhead'>,
): void {
  const [version, overhead] = [ggml_version(), Number(ggml_tensor_overhead())];
  if (SUPPORTED_VERSION.test(version) && overhead === TENSOR_OVERHEAD) return;
  throw new DeviceError(
    `ggml: ${folder} holds version ${version} with tensors of ${overhead} bytes, but 0.23 with ${TENSOR_OVERHEAD} ` +
      'is needed; use such a build, or unset TUNESMITH_GGML_DIR',
  );
}

function findLibrary(folder: string, name: string): string {
  const pattern = new RegExp(`^(lib)?${name}(\\.v[\\d.]+)?\\.(so|dylib|dll)$`);
  const file = readdirSync(folder).find((entry) => pattern.test(entry));
  if (!file) {
    throw new DeviceError(
      `ggml: ${folder} has no lib${name}; give the folder that holds ggml's shared libraries`,
    );
  }
  return join(folder, file);
}

/** A library that crashes while loading takes a child down, not us. Success is remembered until a file changes. */
function tryInChild(folder: string, base: string, registry: string): void {
  const files = readdirSync(folder).map((name) => {
    const { mtimeMs, size } = statSync(join(folder, name));
    return [name, mtimeMs, size];
  });
  const key = createHash('sha256')
    .update(JSON.stringify([folder, files]))
    .digest('hex')
    .slice(0, 32);
  const mark = join(cacheFolder(), 'ggml', `${key}.ok`);
  if (existsSync(mark)) return;
  const script = `
    const koffi = require(${JSON.stringify(require.resolve('koffi'))});
    koffi.load(${JSON.stringify(base)}, { global: true });
    const registry = koffi.load(${JSON.stringify(registry)}, { global: true });
    registry.func('void ggml_backend_load_all_from_path(str)')(${JSON.stringify(folder)});
    if (Number(registry.func('size_t ggml_backend_dev_count()')()) < 1) throw new Error('no device found');`;
  const child = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: TRIAL_TIMEOUT_MS });
  if (child.status !== 0) {
    const reason = child.signal ?? child.stderr.match(/Error: (.*)/)?.[1] ?? `exit status ${child.status}`;
    throw new DeviceError(
      `ggml: the libraries in ${folder} cannot be loaded here (${reason}); ` +
        'glibc 2.34 and libstdc++ of GCC 11 are needed, or set TUNESMITH_GGML_DIR to a build made on this machine',
    );
  }
  writeFileAtomic(mark, '');
}
