import { expect, test } from 'vitest';
import { parseOverrides } from './overrides.ts';

const CASES: readonly [words: string, expected: Record<string, unknown>][] = [
  ['learning_rate=1e-4 num_train_epochs=2.0', { learning_rate: 1e-4, num_train_epochs: 2 }],
  ['--learning_rate 1e-4 --lora-rank=16', { learning_rate: 1e-4, lora_rank: 16 }],
  ['--do_train --bf16 false --plot_loss true', { do_train: true, bf16: false, plot_loss: true }],
  ['--plot_loss do_train=true', { plot_loss: true, do_train: true }],
  ['--do_train --max_steps -1', { do_train: true, max_steps: -1 }],
  ['--packing --use_dora x=1', { packing: true, use_dora: true, x: 1 }],
  ['dataset=a,b labels=[x,y]', { dataset: 'a,b', labels: ['x', 'y'] }],
  ['output_dir=007 template=null cache_dir=/a=b', { output_dir: '007', template: 'null', cache_dir: '/a=b' }],
  ['max_samples=null resume_from_checkpoint=', { max_samples: null, resume_from_checkpoint: '' }],
  ['--model_name_or_path a=b', { model_name_or_path: 'a=b' }],
  ['learning_rate=1 learning_rate=2', { learning_rate: 2 }],
  ['lora_rank={a:', { lora_rank: '{a:' }],
];

test.each(CASES)('%s', (words, expected) => {
  expect(parseOverrides(words.split(' '))).toEqual(expected);
});

test('__proto__ is a key like any other', () => {
  expect(Object.keys(parseOverrides(['__proto__={"bf16": true}']))).toEqual(['__proto__']);
});

test('every word that is no setting is named', () => {
  expect(() => parseOverrides(['stray', '--learning_rate', '--do_train', '-x'])).toThrow(
    [
      'config: 3 problems; correct each:',
      '  - command line: "stray" is no setting; write key=value or --key value',
      '  - command line: --learning_rate has no value; write --learning_rate VALUE or learning_rate=VALUE',
      '  - command line: "-x" is no setting; write key=value or --key value',
    ].join('\n'),
  );
});
