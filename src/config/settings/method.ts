/** Settings of what is trained and how: stage, finetuning type, LoRA. The supported ones. */
import type { Bilingual } from '../../core/portable.ts';
import { choice, flag, integer, list, number } from '../setting.ts';

const notBuilt = (en: string, zh: string): Bilingual => ({
  en: `${en} is not built yet; use stage sft, or train this stage with LLaMA-Factory`,
  zh: `${zh}尚未实现；请使用 stage: sft，或用 LLaMA-Factory 训练这一阶段`,
});
const onlyLora = (en: string, zh: string): Bilingual => ({
  en: `${en} is not built yet; use finetuning_type lora, with a larger lora_rank where it learns too little`,
  zh: `${zh}尚未实现；请使用 finetuning_type: lora，学得不够时调大 lora_rank`,
});

export const METHOD = {
  stage: choice('sft', {
    choices: ['sft'],
    refusedValues: {
      pt: notBuilt('Pre-training (pt)', '预训练（pt）'),
      rm: notBuilt('Reward modelling (rm)', '奖励模型训练（rm）'),
      ppo: notBuilt('PPO', 'PPO '),
      dpo: notBuilt('DPO', 'DPO '),
      kto: notBuilt('KTO', 'KTO '),
    },
    en: 'What kind of training this is. sft teaches the model to answer as the rows answer.',
    zh: '训练的种类。sft（监督微调）让模型学会像数据中那样回答。',
  }),
  finetuning_type: choice('lora', {
    choices: ['lora'],
    refusedValues: {
      full: onlyLora('Training of all weights (full)', '全参数训练（full）'),
      freeze: onlyLora('Training of some layers only (freeze)', '部分层训练（freeze）'),
      oft: onlyLora('OFT', 'OFT '),
    },
    en: 'Which weights change. lora trains small matrices beside the frozen weights: little memory, small files, hard to overfit.',
    zh: '改变哪些权重。lora 在冻结的权重旁训练小矩阵：内存少、文件小、不易过拟合。',
  }),
  lora_rank: integer(8, {
    min: 1,
    en: 'How many directions each adapted weight can learn. More fits harder tasks and more data, and takes more memory; too much for few rows overfits.',
    zh: '每个被适配的权重能学习的方向数。越大越能适应难的任务和更多数据，也更占内存；数据少时过大会过拟合。',
  }),
  lora_alpha: integer(null, {
    min: 1,
    fallback: { key: 'lora_rank', times: 2 },
    en: 'How strongly the adapter acts: its output is scaled by lora_alpha / lora_rank. Doubling it acts much like a doubled learning rate.',
    zh: '适配器作用的强度：其输出乘以 lora_alpha / lora_rank。加倍与学习率加倍的效果相近。',
  }),
  lora_dropout: number(0, {
    min: 0,
    below: 1,
    en: 'The share of adapter inputs set to zero at random while training. Helps against overfitting on few rows; above 0 the shared prefix cannot be computed once, so steps get slower.',
    zh: '训练时随机置零的适配器输入比例。数据少时有助于防止过拟合；大于 0 时公共前缀无法只算一次，每步会变慢。',
  }),
  lora_target: list(['all'], {
    en: 'The linear layers that get an adapter, such as q_proj,v_proj; all means every linear layer but the head. Fewer layers learn less and train faster.',
    zh: '加适配器的线性层，如 q_proj,v_proj;all 表示除输出头外的所有线性层。层越少学得越少，训练越快。',
  }),
  use_rslora: flag(false, {
    en: 'Scales by lora_alpha / sqrt(lora_rank) instead of lora_alpha / lora_rank, so that large ranks still learn at full strength.',
    zh: '缩放改为 lora_alpha / sqrt(lora_rank)，使大的秩也能充分学习。',
  }),
  create_new_adapter: flag(false, {
    en: 'Merges every adapter given and trains a fresh one, instead of training the last one further.',
    zh: '把给出的适配器全部并入权重，另训练一个新的，而不是继续训练最后一个。',
  }),
};
