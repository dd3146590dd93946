/** Older and second names of settings, read as the setting that they mean. */
import { translated } from '../setting.ts';

const toCpu = (value: unknown) => (value === true ? 'cpu' : undefined);

export const OLD_NAMES = {
  warmup_ratio: translated('warmup_steps', {
    kind: 'number',
    min: 0,
    below: 1,
    en: 'Older name: warm-up as a share of all steps. Write warmup_steps with a number below 1.',
    zh: '旧名称：预热占总步数的比例。请改用小于 1 的 warmup_steps。',
  }),
  evaluation_strategy: translated('eval_strategy', {
    en: 'Older name of eval_strategy.',
    zh: 'eval_strategy 的旧名称。',
  }),
  use_cpu: translated('device', {
    kind: 'flag',
    default: false,
    value: toCpu,
    en: 'true is the same as device: cpu.',
    zh: 'true 等同于 device: cpu。',
  }),
  no_cuda: translated('device', {
    kind: 'flag',
    default: false,
    value: toCpu,
    en: 'Older name of use_cpu: true is the same as device: cpu.',
    zh: 'use_cpu 的旧名称：true 等同于 device: cpu。',
  }),
  train_sampling_strategy: translated('disable_shuffling', {
    kind: 'choice',
    choices: ['random', 'sequential', 'group_by_length'],
    default: 'random',
    value: (value) => (value === 'sequential' ? true : undefined),
    en: 'sequential is the same as disable_shuffling: true. Otherwise rows are shuffled, and those of like length are computed together.',
    zh: 'sequential 等同于 disable_shuffling: true；其余情况打乱数据，长度相近的行一起计算。',
  }),
};
