import { describe, expect, it } from 'vitest';
import { compute, filled, testDevice } from '../../test/support/op-checks.ts';
import { gradients } from './gradients.ts';
import { swiglu } from './ops/activations.ts';
import { add, mul, scale } from './ops/arithmetic.ts';
import { assign } from './ops/effects.ts';
import { argmax } from './ops/inference.ts';
import { input } from './ops/leaf.ts';
import { apply, ELSEWHERE, type Op, type Tensor, topological } from './tensor.ts';

const cpu = testDevice();

describe('gradients', () => {
  it('add up over all ways from a parameter to the loss', async () => {
    // d/dx (x² + 3x + x y) = 2x + 3 + y
    const [x, y, one] = [filled([2, -1], [2]), filled([5, 7], [2]), filled([1, 1], [2])];
    const loss = add(add(mul(x.tensor, x.tensor), scale(x.tensor, 3)), mul(x.tensor, y.tensor));
    const [dx, dy] = gradients(loss, one.tensor, [x.tensor, y.tensor]);
    expect(await compute(cpu.arena, [dx!, dy!], [x, y, one])).toEqual([
      Float32Array.of(12, 8),
      Float32Array.of(2, -1),
    ]);
  });

  it('stop at a parameter, and take no way that leads to none', () => {
    const [x, y, seed] = [input('x', [2]), input('y', [2]), input('seed', [2])];
    const middle = scale(y, 2);
    const loss = mul(middle, x);
    const [dx, dy] = gradients(loss, seed, [x, middle]);
    expect(topological([dx!, dy!])).not.toContain(loss);
    expect(gradients(loss, seed, [input('other', [2])])).toEqual([undefined]);
  });

  it('compute a cheap result once more instead of keeping it', () => {
    const [gate, up, seed] = [input('gate', [2]), input('up', [2]), input('seed', [2])];
    const unit = swiglu(gate, up);
    const slopes = gradients(mul(unit, unit), seed, [gate, up]) as Tensor[];
    const used = topological(slopes).filter(({ op }) => op === unit.op);
    expect(used).toHaveLength(1);
    expect(used).not.toContain(unit);
  });

  it('name the operation that has no rule, and why', () => {
    const x = input('x', [2, 2]);
    const picked = argmax(scale(x, 2));
    expect(() => gradients(picked, picked, [x])).toThrow(
      'argmax stands between a parameter and the loss, but: an index has no slope',
    );
    const changed = assign(scale(x, 1), x);
    expect(() => gradients(changed, changed, [x])).toThrow('it changes a variable');
  });

  /** Takes two inputs and gives what `reverse` says. */
  const faulty = (reverse: Op['reverse']): Op => ({
    name: 'faulty',
    shape: ([x]) => x!,
    reverse,
    lower: (_, [x]) => x!,
  });

  it('refuse a rule that forgets an input or gives it another shape', () => {
    const [x, y] = [input('x', [2]), input('y', [3])];
    const forgets = apply(
      faulty(({ gradient }) => [gradient]),
      [x, y],
      {},
    );
    expect(() => gradients(forgets, x, [y])).toThrow('faulty has no gradient for its input 1');
    const wrong = apply(
      faulty(({ gradient }) => [undefined, gradient]),
      [x, y],
      {},
    );
    expect(() => gradients(wrong, x, [y])).toThrow('faulty: gradient [2] of [3]');
    const elsewhere = apply(
      faulty(({ gradient }) => [gradient, ELSEWHERE]),
      [x, y],
      {},
    );
    expect(gradients(elsewhere, x, [x, y])).toEqual([x, undefined]);
  });
});

it('graphs are walked once, inputs first, however deep', () => {
  let x = input('x', [1]);
  for (let i = 0; i < 20_000; i++) x = add(x, x);
  const order = topological([x]);
  expect(order).toHaveLength(20_001);
  expect(order.every((tensor, place) => place === 0 || tensor.inputs[0] === order[place - 1])).toBe(true);
});
