import { describe, expect, it } from 'vitest';
import { compute, filled, NOT_DIFFERENTIABLE, testDevice, testOps } from '../../../test/support/op-checks.ts';
import { Variables, writeTensor } from '../../ggml/index.ts';
import { gradients } from '../gradients.ts';
import { add, mul } from './arithmetic.ts';
import * as ops from './leaf.ts';

const { input, variable } = ops;
const cpu = testDevice();

testOps(cpu, ops, { input: NOT_DIFFERENTIABLE, variable: NOT_DIFFERENTIABLE });

describe('leaves', () => {
  it('are what a graph may give back unchanged', async () => {
    using memory = new Variables(cpu.device, [{ shape: [2], dtype: 'f32' }], 'a variable');
    writeTensor(memory.tensors[0]!, Float32Array.of(3, 4));
    const x = filled([1, 2], [2]);
    const values = await compute(cpu.arena, [x.tensor, variable(memory.tensors[0]!)], [x]);
    expect(values).toEqual([Float32Array.of(1, 2), Float32Array.of(3, 4)]);
  });

  it('are what gradients are asked for, wherever they stand', () => {
    const x = input('x', [2]);
    const y = input('y', [2]);
    const unused = input('unused', [2]);
    const [dx, none, dy] = gradients(mul(x, add(y, x)), input('seed', [2]), [x, unused, y]);
    expect([dx?.shape, none, dy?.shape]).toEqual([[2], undefined, [2]]);
  });
});
