import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../core/portable.ts';
import { resolveRunConfig } from './resolve.ts';
import { parseRunFile, toRunFile } from './run-file.ts';
import { type RunConfig, SETTINGS } from './settings.ts';

const MODEL = { model_name_or_path: 'm' };

const READ: readonly [text: string, expected: Record<string, unknown>][] = [
  ['### model\nstage: sft # comment\n', { stage: 'sft' }],
  ['learning_rate: 1e-4\nwarmup_ratio: 5.0e-2', { learning_rate: 1e-4, warmup_ratio: 0.05 }],
  [
    'eval_strategy: no\nbf16: True\nmax_samples: null\nmax_steps:',
    { eval_strategy: 'no', bf16: true, max_samples: null, max_steps: null },
  ],
  [
    'output_dir: 007\ntemplate: null\nlabels: [1.0, true, "a, b"]',
    { output_dir: '007', template: null, labels: ['1.0', 'true', 'a, b'] },
  ],
  ['dataset: a,b\neval_dataset:\n  - c\n  - d', { dataset: 'a,b', eval_dataset: ['c', 'd'] }],
  ['{"stage": "sft",\n\t"lora_rank": 8,\n}', { stage: 'sft', lora_rank: 8 }],
  ['\ufeffstage: sft\r\nlora_rank: 8\r\n', { stage: 'sft', lora_rank: 8 }],
  ['fsdp_config: {a: [1, 2]}', { fsdp_config: { a: [1, 2] } }],
];

test.each(READ)('%j', (text, expected) => {
  expect(parseRunFile(text, 'run.yaml')).toEqual(expected);
});

/** Repeats of repeats: 10 to the 9th values from a few bytes. */
const BOMB = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'abcdefgh'
  .split('')
  .map(
    (name, i, names) =>
      `${String.fromCharCode(name.charCodeAt(0) + 1)}: &${names[i + 1] ?? 'i'} [${Array(10).fill(`*${name}`)}]`,
  )
  .join('\n')}`;

const BROKEN: readonly [name: string, text: string, expected: string][] = [
  ['empty', '# nothing\n', 'run.yaml: the run file is empty; write one "key: value" a line'],
  ['a list', '- stage', 'run.yaml: the run file holds no settings; write one "key: value" a line'],
  ['no space', 'stage:sft', 'run.yaml: the run file holds no settings; write one "key: value" a line'],
  ['full-width colon', 'stage：sft', 'write the colon as ":" followed by a space, not as "："'],
  ['full-width colon later', 'do_train: true\nstage：sft\n', 'run.yaml line 2: '],
  [
    'tab',
    'a:\n\tb: 1',
    'run.yaml line 2: Tabs are not allowed as indentation; indent with spaces, not with tabs',
  ],
  ['twice', 'bf16: true\nbf16: false', 'run.yaml line 2: Map keys must be unique; say each setting once'],
  ['a tag', 'x: !python/object y', 'run.yaml line 1: Unresolved tag: !python/object; '],
  ['two documents', 'a: 1\n---\nb: 2', 'run.yaml line 2: '],
  ['unclosed', 'a: [1, 2\nb: 3', 'run.yaml line 2: '],
  ['alias bomb', BOMB, 'run.yaml: cannot be read: Excessive alias count'],
  ['deep', '['.repeat(20_000), 'Maximum call stack size exceeded'],
  ['long', `# ${'x'.repeat(70_000)}`, 'run.yaml: 70002 characters are more than the 65536 of a run file; '],
];

test.each(BROKEN)('%s is refused with its place', (_, text, expected) => {
  expect(() => parseRunFile(text, 'run.yaml')).toThrow(ConfigError);
  expect(() => parseRunFile(text, 'run.yaml')).toThrow(expected);
});

describe('written run files', () => {
  test('say what differs, in groups, in words that LLaMA-Factory reads', () => {
    const config = resolveRunConfig({
      ...MODEL,
      dataset: 'a,b',
      learning_rate: 1e-4,
      labels: ['x, y', 'no'],
      output_dir: 'no',
      lora_rank: 16,
    });
    expect(toRunFile(config)).toBe(
      [
        '### model\nmodel_name_or_path: m\n',
        '### method\nlora_rank: 16\n',
        '### data\ndataset: a,b\n',
        '### output\noutput_dir: "no"\n',
        '### train\nlearning_rate: 0.0001\n',
        '### evaluation\nlabels:\n  - x, y\n  - "no"\n',
      ].join('\n'),
    );
  });

  test('read back, they give the same run', () => {
    const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => /^\S(.*\S)?$/.test(text));
    const texts = word.filter((text) => !/^(null|none|~|true|false)$/i.test(text));
    const some = {
      output_dir: texts,
      template: texts,
      dataset_dir: texts,
      dataset: fc.array(word, { maxLength: 3 }),
      labels: fc.uniqueArray(word, { minLength: 2, maxLength: 4 }),
      lora_rank: fc.integer({ min: 1, max: 512 }),
      learning_rate: fc.double({ min: 0, max: 1, noNaN: true }),
      save_steps: fc.oneof(
        fc.integer({ min: 1, max: 9000 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      ),
      seed: fc.nat(),
      bf16: fc.boolean(),
      lr_scheduler_type: fc.constantFrom('linear', 'cosine', 'constant', 'constant_with_warmup'),
    };
    fc.assert(
      fc.property(fc.record(some, { requiredKeys: [] }), (given) => {
        const config = resolveRunConfig({ ...MODEL, ...given });
        expect(resolveRunConfig(parseRunFile(toRunFile(config), 'run.yaml'))).toEqual(config);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test('a part of a run is enough', () => {
    const part: Partial<RunConfig> = { lora_rank: 4, lora_alpha: 8, do_train: true };
    expect(toRunFile(part)).toBe('### method\nlora_rank: 4\n\n### train\ndo_train: true\n');
    expect(SETTINGS.some(({ key }) => key === 'lora_alpha')).toBe(true);
  });
});
