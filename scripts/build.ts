/** Builds the package: compiled JavaScript and the page into dist/, and the native kernels for this platform where a compiler is. */
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildKernels } from '../src/ggml/native-kernels.ts';
import { buildPage } from './build-page.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
chmodSync(join(dist, 'cli', 'main.js'), 0o755);
await buildPage();

if (process.platform === 'linux' && process.arch === 'x64') {
  for (const variant of ['avx512bf16', 'avx512', 'avx2']) {
    const target = join(root, 'native', 'prebuilt', 'linux-x64', `${variant}.so`);
    const failure = buildKernels(variant, target);
    console.log(failure ? `no kernels for ${variant}: ${failure}` : `built ${target}`);
  }
}
