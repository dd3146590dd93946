import { expect, it } from 'vitest';
import { testDevice } from '../../test/support/op-checks.ts';
import { compile } from './compile.ts';
import { CompiledGraphs } from './compiled-graphs.ts';
import { scale } from './ops/arithmetic.ts';
import { input } from './ops/leaf.ts';

const cpu = testDevice();

it('keeps the latest used graphs, builds each once, and frees what it drops', async () => {
  const graphs = new CompiledGraphs();
  const built: number[] = [];
  const get = (n: number) =>
    graphs.get(`${n}`, () => {
      built.push(n);
      return { executable: compile([scale(input('x', [n]), n)], cpu.arena) };
    });
  const before = cpu.device.live.buffers;
  for (let n = 1; n <= 32; n++) get(n);
  get(1); // and so number 2 is the oldest
  get(33);
  expect(cpu.device.live.buffers - before).toBe(32);
  get(1);
  get(33);
  expect(built).toEqual(Array.from({ length: 33 }, (_, i) => i + 1));
  get(2);
  expect(built.at(-1)).toBe(2);
  expect(await get(3 + 30).executable.run({ x: new Float32Array(33).fill(1) }, [0])).toEqual([
    new Float32Array(33).fill(33),
  ]);
  graphs[Symbol.dispose]();
  expect(cpu.device.live.buffers).toBe(before);
});
