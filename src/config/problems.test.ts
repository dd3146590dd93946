import { expect, test } from 'vitest';
import { ConfigError, messageOf, textOf } from '../core/index.ts';
import { resolveExperiment } from './experiment.ts';
import { parseOverrides } from './overrides.ts';
import { checkSettings, resolveRunConfig } from './resolve.ts';
import { RULES } from './rules.ts';
import { parseRunFile } from './run-file.ts';

const CHINESE = /[\u4e00-\u9fff]/;

/** What was thrown, in Chinese. */
function saidBy(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect(textOf(error).en, 'the English message has no Chinese in it').not.toMatch(CHINESE);
    return messageOf(error, 'zh');
  }
  throw new Error('nothing was thrown');
}

const RUN = 'model_name_or_path: m\nlora_rank: 0\nlerning_rate: 1\n';

test.each<[action: () => unknown, expected: string]>([
  [
    () => resolveRunConfig(parseRunFile(RUN, 'run.yaml')),
    '配置：2 处有误；请逐一改正：\n' +
      '  - run.yaml 第 2 行：lora_rank 0 超出范围；请填不小于 1 的整数\n' +
      '  - run.yaml 第 3 行：没有 lerning_rate 这个设置；最接近的是 learning_rate',
  ],
  [
    () => resolveRunConfig({ model_name_or_path: 'm', do_train: true, dataset: 'rows' }),
    '设置：do_train 需要 output_dir；请指定运行文件夹',
  ],
  [
    () => resolveRunConfig({ model_name_or_path: 'm', save_steps: 'often' }),
    '设置：save_steps "often" 不是数字；请填数字：小于 1 的比例或整数，大于 0',
  ],
  [() => parseOverrides(['lora_rank']), '命令行："lora_rank" 不是设置项；请写成 key=value 或 --key value'],
  [
    () => parseRunFile('lora_rank：8', 'run.yaml'),
    'run.yaml：运行文件中没有设置；请用英文冒号 ":" 加空格，不要用中文冒号 "："',
  ],
  [
    () => resolveExperiment('name: a\ntest_dataset: t\ncriteria: {}\nquestoin: x\n', 'e.yaml'),
    'e.yaml 第 4 行：没有 questoin 这个键；最接近的是 question',
  ],
])('in Chinese %#', (action, expected) => {
  expect(saidBy(action)).toBe(expected);
});

test('every rule that fails says so in both languages', () => {
  const { problems } = checkSettings({
    model_name_or_path: 'm',
    do_train: true,
    do_eval: true,
    do_predict: true,
    streaming: true,
    interleave_probs: '0.5',
    val_size: 0.1,
    eval_dataset: 'held_out',
    load_best_model_at_end: true,
    train_on_prompt: true,
    mask_history: true,
    labels: 'one',
  });
  const failed = problems.filter(({ keys }) => RULES.some((rule) => rule.keys === keys));
  expect(failed.length).toBeGreaterThan(7);
  for (const { text } of failed) {
    expect(text.zh).toMatch(CHINESE);
    expect(text.zh).toContain('；');
    expect(text.en).not.toMatch(CHINESE);
  }
});
