/** What several settings demand of each other. A rule looks only at settings that are sound by themselves. */
import type { Bilingual } from '../core/portable.ts';
import type { RunConfig } from './settings.ts';

type Key = keyof RunConfig & string;

export interface Rule {
  /** The settings that the rule reads; its problem is told at the first of them that was given. */
  readonly keys: readonly Key[];
  /** `<what is wrong>; <what to do>`, or undefined when all is well. */
  readonly check: (config: RunConfig) => Bilingual | undefined | false;
}

const hasHeldOut = (config: RunConfig) => config.val_size > 0 || config.eval_dataset.length > 0;

export const RULES: readonly Rule[] = [
  {
    keys: ['do_train', 'dataset'],
    check: (c) =>
      c.do_train &&
      !c.dataset.length && {
        en: 'do_train needs dataset; name the data sets to train on',
        zh: 'do_train 需要 dataset；请指定用于训练的数据集',
      },
  },
  {
    keys: ['do_train', 'output_dir'],
    check: (c) =>
      c.do_train &&
      !c.output_dir && {
        en: 'do_train needs output_dir; name the folder for the run',
        zh: 'do_train 需要 output_dir；请指定运行文件夹',
      },
  },
  {
    keys: ['do_eval', 'val_size', 'eval_dataset'],
    check: (c) =>
      c.do_eval &&
      c.eval_strategy === 'no' &&
      !hasHeldOut(c) && {
        en: 'do_eval needs rows to measure on; set eval_dataset or val_size',
        zh: 'do_eval 需要用于评估的数据；请设置 eval_dataset 或 val_size',
      },
  },
  {
    keys: ['do_predict', 'eval_dataset'],
    check: (c) =>
      c.do_predict &&
      !c.eval_dataset.length && {
        en: 'do_predict needs rows to answer; set eval_dataset',
        zh: 'do_predict 需要待回答的数据；请设置 eval_dataset',
      },
  },
  {
    keys: ['do_predict', 'output_dir'],
    check: (c) =>
      c.do_predict &&
      !c.output_dir && {
        en: 'do_predict needs output_dir; name the folder for the predictions',
        zh: 'do_predict 需要 output_dir；请指定存放预测结果的文件夹',
      },
  },
  {
    keys: ['streaming', 'max_steps'],
    check: (c) =>
      c.streaming &&
      c.max_steps <= 0 &&
      c.do_train && {
        en: 'streaming needs max_steps; say after how many steps it ends, or remove streaming',
        zh: 'streaming 需要 max_steps；请写明训练多少步后结束，或删去 streaming',
      },
  },
  {
    keys: ['interleave_probs', 'mix_strategy', 'dataset'],
    check: interleaveProblem,
  },
  {
    keys: ['val_size', 'eval_dataset'],
    check: (c) =>
      c.val_size > 0 &&
      c.eval_dataset.length > 0 && {
        en: 'val_size and eval_dataset exclude each other; keep the one that the rows are to come from',
        zh: 'val_size 与 eval_dataset 不能同时使用；请只保留评估数据的那个来源',
      },
  },
  {
    keys: ['val_size', 'dataset'],
    check: (c) =>
      c.val_size > 0 &&
      !c.dataset.length && {
        en: 'val_size takes rows out of dataset, which is empty; set dataset',
        zh: 'val_size 从 dataset 中划分数据，而 dataset 为空；请设置 dataset',
      },
  },
  {
    keys: ['eval_strategy', 'val_size', 'eval_dataset'],
    check: (c) =>
      c.eval_strategy !== 'no' &&
      !hasHeldOut(c) && {
        en: `eval_strategy ${c.eval_strategy} needs rows to measure on; set eval_dataset or val_size`,
        zh: `eval_strategy ${c.eval_strategy} 需要用于评估的数据；请设置 eval_dataset 或 val_size`,
      },
  },
  {
    keys: ['load_best_model_at_end', 'eval_strategy', 'save_strategy', 'eval_steps', 'save_steps'],
    check: (c) => (c.load_best_model_at_end ? bestModelProblem(c) : undefined),
  },
  {
    keys: ['train_on_prompt', 'mask_history'],
    check: (c) =>
      c.train_on_prompt &&
      c.mask_history && {
        en: 'train_on_prompt and mask_history exclude each other; keep one of them',
        zh: 'train_on_prompt 与 mask_history 不能同时使用；请只保留一个',
      },
  },
  {
    keys: ['labels'],
    check: ({ labels }) =>
      labels.length > 0 &&
      new Set(labels).size < Math.max(2, labels.length) && {
        en: `labels ${labels.join(', ')} are not two or more different answers; name each answer once`,
        zh: `labels ${labels.join(', ')} 不是两个以上互不相同的答案；请把每个答案各写一次`,
      },
  },
];

function bestModelProblem(c: RunConfig): Bilingual | undefined {
  if (c.eval_strategy === 'no') {
    return {
      en: 'load_best_model_at_end needs evaluation during training; set eval_strategy and eval_dataset or val_size',
      zh: 'load_best_model_at_end 需要在训练中评估；请设置 eval_strategy，并设置 eval_dataset 或 val_size',
    };
  }
  if (c.eval_strategy !== c.save_strategy) {
    return {
      en: `load_best_model_at_end needs save_strategy ${c.save_strategy} to equal eval_strategy ${c.eval_strategy}; set both to steps or epoch`,
      zh: `load_best_model_at_end 要求 save_strategy（${c.save_strategy}）与 eval_strategy（${c.eval_strategy}）一致；请都设为 steps 或 epoch`,
    };
  }
  const times = c.save_steps / c.eval_steps;
  const sameUnit = c.save_steps < 1 === c.eval_steps < 1;
  if (
    c.save_strategy === 'steps' &&
    !(sameUnit && times >= 1 && Math.abs(times - Math.round(times)) < 1e-9)
  ) {
    return {
      en: `load_best_model_at_end needs save_steps ${c.save_steps} to be a multiple of eval_steps ${c.eval_steps}; set them equal`,
      zh: `load_best_model_at_end 要求 save_steps（${c.save_steps}）是 eval_steps（${c.eval_steps}）的整数倍；请设为相同的值`,
    };
  }
  return undefined;
}

function interleaveProblem({ interleave_probs, mix_strategy, dataset }: RunConfig): Bilingual | undefined {
  if (interleave_probs === null) return undefined;
  if (mix_strategy === 'concat') {
    return {
      en: 'interleave_probs says how data sets take turns, and mix_strategy concat has none; choose an interleaving one, or remove it',
      zh: 'interleave_probs 规定各数据集交替采样的比例，而 mix_strategy concat 不交替采样；请选用交替采样的方式，或删去它',
    };
  }
  const shares = interleave_probs.split(',');
  const odd = shares.find((share) => !(Number(share) > 0));
  if (odd !== undefined)
    return {
      en: `interleave_probs ${odd} is no share; give numbers above 0, as in 0.7,0.3`,
      zh: `interleave_probs 中的 ${odd} 不是比例；请填大于 0 的数字，如 0.7,0.3`,
    };
  if (shares.length !== dataset.length) {
    return {
      en: `interleave_probs has ${shares.length} numbers for ${dataset.length} data sets; give one for each`,
      zh: `interleave_probs 有 ${shares.length} 个数字，而数据集有 ${dataset.length} 个；请为每个数据集各填一个`,
    };
  }
  return undefined;
}
