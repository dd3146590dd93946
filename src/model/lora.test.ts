import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GOLDEN, goldenJson } from '../../test/support/golden.ts';
import { Random } from '../core/index.ts';
import { openSafetensors } from '../files/index.ts';
import { familyOf } from './families/index.ts';
import { initialLora, loraModules, loraParameters, loraScaling } from './lora.ts';
import { type HuggingFaceConfig, LINEAR_MODULES } from './spec.ts';

const config = goldenJson<HuggingFaceConfig>('models', 'llama', 'config.json');
const spec = familyOf('modelType', 'llama').readSpec(config);

describe('parameters', () => {
  it.each(['lora', 'rslora'])('have the names and shapes of the adapter %s that PEFT wrote', (name) => {
    const { r, target_modules } = goldenJson<{ r: number; target_modules: string[] }>(
      'adapters',
      name,
      'adapter_config.json',
    );
    using source = openSafetensors(join(GOLDEN, 'adapters', name, 'adapter_model.safetensors'));
    const parameters = loraParameters(spec, { rank: r, modules: loraModules(target_modules) });
    expect(new Map(parameters.map((parameter) => [parameter.name, parameter.shape]))).toEqual(
      new Map([...source.tensors.values()].map((tensor) => [tensor.name, tensor.shape])),
    );
  });

  it('lie in the flat buffer one after the other, A before B', () => {
    const parameters = loraParameters(spec, { rank: 3, modules: LINEAR_MODULES });
    let end = 0;
    for (const [index, { side, shape, offset }] of parameters.entries()) {
      expect(side).toBe(index % 2 === 0 ? 'A' : 'B');
      expect(offset).toBe(end);
      end += shape[0] * shape[1];
    }
    expect(parameters).toHaveLength(2 * 2 * LINEAR_MODULES.length);
  });

  it('start as PEFT starts them: A uniform within ±1/√inputs, B zero', () => {
    const parameters = loraParameters(spec, { rank: 8, modules: LINEAR_MODULES });
    const values = initialLora(parameters, new Random(1));
    for (const { side, shape, offset } of parameters) {
      const own = values.subarray(offset, offset + shape[0] * shape[1]);
      const bound = side === 'A' ? 1 / Math.sqrt(shape[1]) : 0;
      const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThanOrEqual(0.95 * bound);
    }
    expect(initialLora(parameters, new Random(1))).toEqual(values);
    expect(initialLora(parameters, new Random(2))).not.toEqual(values);
  });
});

describe('settings', () => {
  it.each([
    { rank: 8, alpha: 16, rankStabilized: false, scaling: 2 },
    { rank: 16, alpha: 8, rankStabilized: false, scaling: 0.5 },
    { rank: 16, alpha: 8, rankStabilized: true, scaling: 2 },
  ])(
    'rank $rank, alpha $alpha, rank-stabilized $rankStabilized: scaling $scaling',
    ({ scaling, ...given }) => {
      expect(loraScaling({ ...given, dropout: 0, modules: LINEAR_MODULES })).toBe(scaling);
    },
  );

  it.each([
    { targets: ['all'], modules: [...LINEAR_MODULES] },
    { targets: ['v_proj', 'q_proj'], modules: ['q_proj', 'v_proj'] },
  ])('lora_target $targets', ({ targets, modules }) => {
    expect(loraModules(targets)).toEqual(modules);
  });

  it.each([[['q_proj', 'lm_head']], [[]], [['all', 'q_proj']]])('lora_target %j is refused', (targets) => {
    expect(() => loraModules(targets)).toThrow(
      expect.objectContaining({
        code: 'config',
        message: expect.stringMatching(/^lora_target: .*; use all, or/),
      }),
    );
  });
});
