import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { GOLDEN, goldenJson, goldenTensors } from '../../test/support/golden.ts';
import { LINEAR_MODULES, loraParameters, loraScaling } from '../model/index.ts';
import { readAdapter, writeAdapter } from './adapter-files.ts';
import { readSpec } from './weight-files.ts';

const root = mkdtempSync(join(tmpdir(), 'tunesmith-adapter-'));
afterAll(() => rmSync(root, { recursive: true }));

const spec = readSpec({ kind: 'folder', path: join(GOLDEN, 'models', 'llama') });
let next = 0;
let folder = '';
beforeEach(() => {
  folder = join(root, `${next++}`);
});

describe('adapters that PEFT wrote', () => {
  it.each([
    { name: 'lora', rank: 4, scaling: 2, modules: [...LINEAR_MODULES] },
    { name: 'rslora', rank: 8, scaling: 16 / Math.sqrt(8), modules: ['q_proj', 'v_proj'] },
  ])('$name is read with every value', ({ name, rank, scaling, modules }) => {
    const adapter = readAdapter(join(GOLDEN, 'adapters', name), spec);
    expect(adapter.lora).toMatchObject({ rank, modules, dropout: 0 });
    expect(loraScaling(adapter.lora)).toBeCloseTo(scaling, 12);
    const stored = goldenTensors('adapters', name, 'adapter_model.safetensors');
    expect(stored.size).toBe(adapter.parameters.length);
    for (const { name: parameter, shape, offset } of adapter.parameters) {
      const values = adapter.values.subarray(offset, offset + shape[0] * shape[1]);
      expect(values, parameter).toEqual(stored.get(parameter)!.values);
    }
  });

  it('and written again hold the same', () => {
    const adapter = readAdapter(join(GOLDEN, 'adapters', 'rslora'), spec);
    writeAdapter(folder, adapter, 'tiny-llama');
    expect(readAdapter(folder, spec)).toEqual(adapter);
    const config = JSON.parse(readFileSync(join(folder, 'adapter_config.json'), 'utf8'));
    const original = goldenJson<Record<string, unknown>>('adapters', 'rslora', 'adapter_config.json');
    for (const [key, value] of Object.entries(config)) expect(value, key).toEqual(original[key]);
    expect(readFileSync(join(folder, 'adapter_model.safetensors'))).toEqual(
      readFileSync(join(GOLDEN, 'adapters', 'rslora', 'adapter_model.safetensors')),
    );
  });
});

describe('adapters that do not fit', () => {
  function changed(change: Record<string, unknown>): string {
    cpSync(join(GOLDEN, 'adapters', 'lora'), folder, { recursive: true });
    const path = join(folder, 'adapter_config.json');
    const config = { ...JSON.parse(readFileSync(path, 'utf8')), ...change };
    writeFileSync(path, JSON.stringify(config));
    return folder;
  }

  it.each([
    [
      { r: 8 },
      /lora_A.weight has shape \[4,64\] where the model needs \[8,64\]; was this adapter trained on another model/,
    ],
    [{ r: undefined }, /r, lora_alpha or lora_dropout is missing or no number/],
    [{ r: 0 }, /r, lora_alpha or lora_dropout is missing or no number/],
    [{ r: 1e9 }, /r, lora_alpha or lora_dropout|has shape/],
    [{ lora_alpha: '8' }, /r, lora_alpha or lora_dropout is missing or no number/],
    [{ peft_type: 'IA3' }, /peft_type "IA3" is not supported yet; use a plain LoRA adapter/],
    [{ use_dora: true }, /use_dora true is not supported yet/],
    [{ bias: 'all' }, /bias "all" is not supported yet/],
    [{ modules_to_save: ['lm_head'] }, /modules_to_save \["lm_head"\] is not supported yet/],
    [{ layers_to_transform: [0] }, /layers_to_transform \[0\] is not supported yet/],
    [{ rank_pattern: { q_proj: 2 } }, /rank_pattern \{"q_proj":2\} is not supported yet/],
    [{ alpha_pattern: { q_proj: 2 } }, /alpha_pattern \{"q_proj":2\} is not supported yet/],
    [{ fan_in_fan_out: true }, /fan_in_fan_out true is not supported yet/],
    [
      { target_modules: ['q_proj', 'lm_head'] },
      /target_modules \["q_proj","lm_head"\] are not all linear layers/,
    ],
    [{ target_modules: [] }, /target_modules \[\] are not all linear layers/],
    [{ target_modules: '.*_proj' }, /target_modules ".\*_proj" are not all linear layers/],
  ])('%j', (change, message) => {
    const path = changed(change);
    expect(() => readAdapter(path, spec)).toThrow(expect.objectContaining({ code: 'model' }));
    expect(() => readAdapter(path, spec)).toThrow(message);
  });

  it('an adapter of another model', () => {
    const other = readSpec({ kind: 'folder', path: join(GOLDEN, 'models', 'qwen3') });
    expect(() => readAdapter(join(GOLDEN, 'adapters', 'lora'), other)).toThrow(
      /has shape \[.*\] where the model needs \[.*\]; was this adapter trained on another model/,
    );
  });

  it('fewer layers than the model has', () => {
    const longer = { ...spec, layers: [...spec.layers, ...spec.layers] };
    expect(() => readAdapter(join(GOLDEN, 'adapters', 'lora'), longer)).toThrow(
      /layers.2.*is missing where the model needs/,
    );
  });

  it('more layers than the model has', () => {
    const shorter = { ...spec, layers: spec.layers.slice(1) };
    expect(() => readAdapter(join(GOLDEN, 'adapters', 'lora'), shorter)).toThrow(
      /layers\.1\..* belongs to no layer of the model; was this adapter trained on another model/,
    );
  });

  it('a folder without one', () => {
    expect(() => readAdapter(root, spec)).toThrow(
      /holds no adapter_config.json; give the folder of an adapter/,
    );
  });

  it('broken JSON', () => {
    writeFileSync(join(changed({}), 'adapter_config.json'), '{"r": 4');
    expect(() => readAdapter(folder, spec)).toThrow(
      /adapter_config.json: cannot be read \(.+\); save the adapter anew/,
    );
  });

  it('without its weights', () => {
    rmSync(join(changed({}), 'adapter_model.safetensors'));
    expect(() => readAdapter(folder, spec)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/model|storage/) }),
    );
  });
});

it('an adapter of our own has PEFT names and a flat order', () => {
  const lora = { rank: 2, alpha: 4, dropout: 0.1, rankStabilized: false, modules: ['down_proj'] as const };
  const parameters = loraParameters(spec, lora);
  const { offset, shape } = parameters.at(-1)!;
  const values = Float32Array.from({ length: offset + shape[0] * shape[1] }, (_, i) => i);
  writeAdapter(folder, { lora, parameters, values }, 'some/model');
  expect(readAdapter(folder, spec)).toEqual({ lora, parameters, values });
  expect(JSON.parse(readFileSync(join(folder, 'adapter_config.json'), 'utf8'))).toMatchObject({
    base_model_name_or_path: 'some/model',
    r: 2,
    lora_alpha: 4,
    lora_dropout: 0.1,
    target_modules: ['down_proj'],
    task_type: 'CAUSAL_LM',
  });
});
