/** Settings of the training loop: batches, learning rate, optimizer, precision, seeds. The supported ones. */
import type { Bilingual } from '../../core/portable.ts';
import { amount, choice, flag, integer, number } from '../setting.ts';

const OTHER_SCHEDULES = [
  'cosine_with_restarts',
  'polynomial',
  'inverse_sqrt',
  'reduce_lr_on_plateau',
  'cosine_with_min_lr',
  'cosine_warmup_with_min_lr',
  'warmup_stable_decay',
  'greedy',
];
const OTHER_OPTIMIZERS = [
  ...[
    'adafactor',
    'adamw_anyprecision',
    'adamw_torch_4bit',
    'adamw_torch_8bit',
    'adamw_bnb_8bit',
    'adamw_8bit',
  ],
  ...[
    'ademamix',
    'ademamix_8bit',
    'sgd',
    'adagrad',
    'lion_8bit',
    'lion_32bit',
    'lomo',
    'adalomo',
    'grokadamw',
  ],
  ...['paged_adamw_32bit', 'paged_adamw_8bit', 'paged_ademamix_32bit', 'paged_ademamix_8bit', 'stable_adamw'],
  ...[
    'paged_lion_32bit',
    'paged_lion_8bit',
    'rmsprop',
    'rmsprop_bnb',
    'rmsprop_bnb_8bit',
    'rmsprop_bnb_32bit',
  ],
  ...['galore_adamw', 'galore_adamw_8bit', 'galore_adafactor', 'galore_adamw_layerwise'],
  ...['galore_adamw_8bit_layerwise', 'galore_adafactor_layerwise', 'apollo_adamw', 'apollo_adamw_layerwise'],
  ...['schedule_free_radam', 'schedule_free_adamw', 'schedule_free_sgd'],
];

const all = (names: readonly string[], sentence: Bilingual) =>
  Object.fromEntries(names.map((name) => [name, sentence]));

export const TRAIN = {
  do_train: flag(false, { en: 'Trains.', zh: '进行训练。' }),
  num_train_epochs: number(3, {
    above: 0,
    en: 'How often every row is seen. Too few leave the task unlearned, too many learn the rows by heart; the evaluation loss shows which.',
    zh: '每行数据被学习的遍数。太少学不会，太多会死记；看评估损失可以判断。',
  }),
  max_steps: integer(-1, {
    min: -1,
    en: 'Ends after so many steps, whatever num_train_epochs says. -1 and 0 leave it to the epochs.',
    zh: '训练到这么多步就结束，不论 num_train_epochs；-1 和 0 表示由轮数决定。',
  }),
  per_device_train_batch_size: integer(8, {
    min: 1,
    en: 'Rows computed at once. More is faster a row and takes more memory; a step learns from this number times gradient_accumulation_steps.',
    zh: '一次计算的行数。越大每行越快，也越占内存；一步学习的行数为它乘以 gradient_accumulation_steps。',
  }),
  gradient_accumulation_steps: integer(1, {
    min: 1,
    en: 'Micro batches summed up before the weights change: a larger batch without more memory.',
    zh: '权重更新前累积的微批次数：不增加内存而得到更大的批次。',
  }),
  learning_rate: number(5e-5, {
    min: 0,
    en: 'How far each step moves the weights. The setting that matters most: LoRA usually learns well from 1e-4 to 5e-4; a loss that jumps or grows says it is too high.',
    zh: '每步移动权重的幅度，最重要的设置：LoRA 通常用 1e-4 到 5e-4；损失跳动或上升说明太大。',
  }),
  lr_scheduler_type: choice('linear', {
    choices: ['linear', 'cosine', 'constant', 'constant_with_warmup'],
    refusedValues: all(OTHER_SCHEDULES, {
      en: 'this schedule is not built yet; use cosine, which ends near zero too, or linear or constant',
      zh: '该学习率曲线尚未实现；请使用同样降到接近零的 cosine，或 linear、constant',
    }),
    en: 'How the learning rate goes on after the warm-up: falls in a line or along a cosine to zero, or stays.',
    zh: '预热之后学习率如何变化：线性或按余弦降到零，或保持不变。',
  }),
  warmup_steps: amount(0, {
    min: 0,
    en: 'Steps in which the learning rate rises from zero; below 1, a share of all steps. A little of it keeps the first steps from doing harm.',
    zh: '学习率从零上升的步数；小于 1 为占总步数的比例。少量预热可避免最初几步走偏。',
  }),
  optim: choice('adamw_torch', {
    choices: ['adamw_torch'],
    synonyms: {
      adamw_torch_fused: 'adamw_torch',
      adamw_torch_xla: 'adamw_torch',
      adamw_torch_npu_fused: 'adamw_torch',
      adamw_apex_fused: 'adamw_torch',
      adamw_hf: 'adamw_torch',
    },
    refusedValues: all(OTHER_OPTIMIZERS, {
      en: 'this optimizer is not built yet; use adamw_torch (with LoRA its state is small)',
      zh: '该优化器尚未实现；请使用 adamw_torch（LoRA 下它占用的内存很小）',
    }),
    en: 'The optimizer. All spellings of AdamW are the same one here.',
    zh: '优化器。AdamW 的各种写法在这里都是同一个。',
  }),
  weight_decay: number(0, {
    min: 0,
    en: 'Pulls weights towards zero at each step, in proportion to the learning rate: a mild brake on overfitting.',
    zh: '每步按学习率成比例地把权重拉向零：轻微抑制过拟合。',
  }),
  adam_beta1: number(0.9, {
    min: 0,
    below: 1,
    en: 'How much of the past direction AdamW keeps: more is smoother and slower to turn.',
    zh: 'AdamW 保留多少以往的方向：越大越平滑，转向越慢。',
  }),
  adam_beta2: number(0.999, {
    min: 0,
    below: 1,
    en: 'How long AdamW remembers the size of gradients; lower it (0.95) where the loss jumps.',
    zh: 'AdamW 对梯度大小的记忆长度；损失跳动时可调低（如 0.95）。',
  }),
  adam_epsilon: number(1e-8, {
    above: 0,
    en: 'Keeps AdamW from dividing by almost nothing; rarely needs changing.',
    zh: '防止 AdamW 除以接近零的数；一般不用改。',
  }),
  max_grad_norm: number(1, {
    min: 0,
    en: 'Gradients longer than this are shortened to it, so that one odd batch cannot throw the weights. 0 turns it off.',
    zh: '梯度长度超过此值时缩短到此值，避免个别批次把权重带偏；0 表示关闭。',
  }),
  bf16: flag(false, {
    en: 'Keeps the weights of the model in bfloat16: half the memory and faster; the loss differs in the third digit. The adapter itself stays in float32.',
    zh: '模型权重用 bfloat16 保存：内存减半且更快，损失在第三位数字上略有差别；适配器本身仍为 float32。',
  }),
  seed: integer(42, {
    min: 0,
    en: 'The start of all random choices: adapter weights, dropout, sampling. The same seed repeats a run; several seeds show how much is luck.',
    zh: '所有随机选择的起点：适配器初值、dropout、采样。相同的种子可重现运行；换几个种子可看出运气成分。',
  }),
  data_seed: integer(null, {
    min: 0,
    fallback: { key: 'seed' },
    en: 'The start of the random order of rows and of the rows that val_size takes, where it should differ from seed.',
    zh: '数据顺序及 val_size 抽取所用的随机起点，需要与 seed 不同时设置。',
  }),
};
