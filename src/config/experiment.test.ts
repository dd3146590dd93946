import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { resolveExperiment } from './experiment.ts';
import { experimentKeys } from './experiment-keys.ts';

const BASE = {
  name: 'tickets',
  settings: { model_name_or_path: 'models/tiny', dataset: 'train' },
  test_dataset: 'test',
  variants: { tuned: {} },
  criteria: { macro_f1: { min: 0.9 } },
};
const resolve = (changes: object = {}, overrides: Record<string, unknown> = {}) =>
  resolveExperiment(stringify({ ...BASE, ...changes }), 'e.yaml', overrides);

describe('an experiment file', () => {
  it('needs little: the shared model and each variant are compared, the only variant is the candidate', () => {
    const { outputDir, candidates, candidate, variants, criteria, loadtest } = resolve();
    expect(outputDir).toBe('experiments/tickets');
    expect(candidates.map(({ name, kind }) => [name, kind])).toEqual([
      ['base', 'model'],
      ['tuned', 'variant'],
    ]);
    expect(candidate).toBe('tuned');
    expect(variants[0]!.run).toMatchObject({ do_train: true, dataset: ['train'], eval_dataset: [] });
    expect(candidates[1]!.run).toMatchObject({ dataset: [], eval_dataset: ['test'], do_train: false });
    expect(criteria).toEqual([{ metric: 'macro_f1', min: 0.9 }]);
    expect(loadtest).toBeUndefined();
  });

  it('gives a variant what it sets differently, also where it is judged, and the command line the last word', () => {
    const { outputDir, variants, candidates } = resolve(
      { variants: { tuned: { template: 'chatml', lora_rank: 4, learning_rate: 1e-3 } } },
      { output_dir: 'elsewhere', lora_rank: 2 },
    );
    expect(outputDir).toBe('elsewhere');
    expect(variants[0]!.run).toMatchObject({ lora_rank: 2, learning_rate: 1e-3, template: 'chatml' });
    expect(candidates[1]!.run).toMatchObject({ template: 'chatml' });
    expect(candidates[0]!.run.template).toBeNull();
  });

  it('presses the candidate at the concurrency that criteria ask for', () => {
    const criteria = { p95_ms: { max: 300, at_concurrency: 8 }, qps: { min: 20 } };
    expect(resolve({ criteria }).loadtest).toMatchObject({ concurrency: [8], candidates: ['tuned'] });
    expect(resolve({ criteria, loadtest: { concurrency: [16, 1] } }).loadtest!.concurrency).toEqual([
      1, 8, 16,
    ]);
  });

  it('takes an endpoint and a file of predictions, and the incumbent by its role', () => {
    const { candidates, criteria, incumbent } = resolve({
      settings: {},
      variants: {},
      candidates: {
        online: { endpoint: { url: 'http://a/b', body: { text: '{input}' }, answer_path: 'label' } },
        ours: { predictions: 'ours.csv' },
      },
      incumbent: 'online',
      criteria: { accuracy: { beats: 'incumbent' } },
    });
    expect(incumbent).toBe('online');
    expect(criteria).toEqual([{ metric: 'accuracy', beats: 'online' }]);
    expect(candidates.map(({ kind, judgeBy }) => [kind, judgeBy])).toEqual([
      ['endpoint', ['answers']],
      ['predictions', ['answers']],
    ]);
  });
});

describe('mistakes', () => {
  it.each<[what: string, changes: object, says: RegExp]>([
    ['a mistyped key', { criteri: {} }, /line \d+: unknown key criteri; the nearest known one is criteria/],
    ['a mistyped metric', { criteria: { macro_f: { min: 1 } } }, /criteria\.macro_f; .* is macro_f1/],
    ['a mistyped key inside', { criteria: { qps: { mim: 1 } } }, /criteria\.qps\.mim; .* is min/],
    [
      'a mistyped setting',
      { variants: { tuned: { lora_rnk: 4 } } },
      /e\.yaml line \d+: .*lora_rnk; .* lora_rank/,
    ],
    ['a number that is none', { criteria: { accuracy: { min: 'high' } } }, /min is "high", not a number/],
    ['a share above one', { criteria: { accuracy: { min: 90 } } }, /accuracy\.min is 90; give at most 1/],
    [
      'a criterion that asks nothing',
      { criteria: { accuracy: {} } },
      /asks for nothing; give min, max or beats/,
    ],
    ['nobody in use', { criteria: { accuracy: { beats: 'incumbent' } } }, /who is in use; name incumbent/],
    [
      'an unknown rival',
      { criteria: { accuracy: { beats: 'bas' } } },
      /called bas; the nearest known one is base/,
    ],
    [
      'itself as a rival',
      { criteria: { accuracy: { beats: 'tuned' } } },
      /tuned cannot be better than itself/,
    ],
    ['an unknown candidate', { candidate: 'tune' }, /nobody is called tune; .* tuned/],
    ['no kind', { candidates: { a: {} } }, /candidates\.a says not who answers; give one of model, variant/],
    ['two kinds', { candidates: { a: { model: 'm', predictions: 'p' } } }, /says model and predictions/],
    ['an unknown variant', { candidates: { a: { variant: 'tund' } } }, /called tund; .* tuned/],
    [
      'a checkpoint of nothing',
      { candidates: { a: { model: 'm', checkpoint: 3 } } },
      /checkpoint is of no variant/,
    ],
    [
      'several that may be meant',
      { variants: { a: {}, b: {} } },
      /candidate is missing, and a, b may be meant/,
    ],
    [
      'training on the test',
      { variants: { tuned: { dataset: 'train,test' } } },
      /no variant may see; hold other rows/,
    ],
    [
      'an output_dir of a run',
      { variants: { tuned: { output_dir: 'x' } } },
      /output_dir is up to the experiment/,
    ],
    [
      'a level left open',
      { criteria: { p95_ms: { max: 9 } } },
      /concurrency 1, 8; say which by at_concurrency/,
    ],
    ['a name that is a path', { variants: { '../x': {} } }, /variants\.\.\.\/x is no name; use letters/],
    ['no test rows', { test_dataset: undefined }, /test_dataset is missing/],
    ['a list of yaml', { variants: ['a'] }, /variants is \["a"\], not a map of keys/],
  ])('%s', (_, changes, says) => {
    expect(() => resolve(changes)).toThrow(says);
  });

  it('are told all at once, each with its line', () => {
    const text = 'name: a\ntest_dataset: t\ncriteria:\n  accuracy: {min: 2}\n  f1: {min: 1}\nvariantes: {}\n';
    expect(() => resolveExperiment(text, 'e.yaml')).toThrow(
      /3 problems[\s\S]*line 4: criteria\.accuracy\.min[\s\S]*line 5: unknown key criteria\.f1[\s\S]*line 6: unknown key variantes/,
    );
  });

  it.each([
    ['no YAML', 'name: [', /e\.yaml line 1: /],
    ['no map', '- 1', /holds no experiment; begin with name/],
    ['a bomb', `a: &a [1]\nb: [${'*a,'.repeat(99)}]`, /repeats too much/],
  ])('%s', (_, text, says) => {
    expect(() => resolveExperiment(text, 'e.yaml')).toThrow(says);
  });
});

it('has help in both languages for every key that is written by name', () => {
  const keys = experimentKeys();
  const paths = keys.map(({ path }) => path);
  for (const path of [
    'name',
    'candidates.<name>.endpoint.url',
    'criteria.macro_f1.beats',
    'loadtest.requests',
  ]) {
    expect(paths).toContain(path);
  }
  for (const { help } of keys) {
    expect(help.zh).toMatch(/\p{Script=Han}/u);
    expect(help.en).not.toMatch(/\p{Script=Han}/u);
  }
});
