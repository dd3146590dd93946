/** Settings of measuring: during training, after it, and predictions written down. The supported ones. */
import { amount, choice, flag, integer, list } from '../setting.ts';

export const EVALUATION = {
  do_eval: flag(false, {
    en: 'Measures the loss on eval_dataset, or on the rows that val_size takes, after training.',
    zh: '训练后在 eval_dataset 或 val_size 留出的数据上测量损失。',
  }),
  do_predict: flag(false, {
    en: 'Answers every row of eval_dataset and writes prompt, answer and label into generated_predictions.jsonl.',
    zh: '对 eval_dataset 的每一行作答，并把提示、回答和标签写入 generated_predictions.jsonl。',
  }),
  predict_with_generate: flag(false, {
    en: 'LLaMA-Factory wants it beside do_predict. Here do_predict always generates its answers.',
    zh: 'LLaMA-Factory 要求与 do_predict 一起设置；这里 do_predict 总是生成回答。',
  }),
  eval_strategy: choice('no', {
    choices: ['no', 'steps', 'epoch'],
    synonyms: { false: 'no' },
    en: 'When the loss on held-out rows is measured during training: every eval_steps steps, after each epoch, or not at all. Where it starts to rise, the rows are being learned by heart.',
    zh: '训练中何时测量留出数据上的损失：每 eval_steps 步、每轮之后，或不测。它开始上升时说明在死记训练数据。',
  }),
  eval_steps: amount(null, {
    above: 0,
    fallback: { key: 'logging_steps' },
    en: 'Measures every so many steps when eval_strategy is steps; below 1, a share of all steps.',
    zh: 'eval_strategy 为 steps 时每多少步测量一次；小于 1 为占总步数的比例。',
  }),
  per_device_eval_batch_size: integer(8, {
    min: 1,
    en: 'Rows computed at once when measuring: changes speed and memory, not the numbers.',
    zh: '评估时一次计算的行数：影响速度和内存，不影响数值。',
  }),
  load_best_model_at_end: flag(false, {
    en: 'Ends with the checkpoint of the lowest evaluation loss instead of the last one.',
    zh: '结束时采用评估损失最低的检查点，而不是最后一个。',
  }),
  labels: list([], {
    own: true,
    en: 'The answers to choose among when a classification is judged: each gets its exact probability. Empty means those that occur in the rows.',
    zh: '评判分类时可选的答案，每个都得到确切的概率；留空则取数据中出现的答案。',
  }),
};
