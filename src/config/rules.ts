/** What several settings demand of each other. A rule looks only at settings that are sound by themselves. */
import type { RunConfig } from './settings.ts';

type Key = keyof RunConfig & string;

export interface Rule {
  /** The settings that the rule reads; its problem is told at the first of them that was given. */
  readonly keys: readonly Key[];
  /** `<what is wrong>; <what to do>`, or undefined when all is well. */
  readonly check: (config: RunConfig) => string | undefined | false;
}

const hasHeldOut = (config: RunConfig) => config.val_size > 0 || config.eval_dataset.length > 0;

export const RULES: readonly Rule[] = [
  {
    keys: ['do_train', 'dataset'],
    check: (c) => c.do_train && !c.dataset.length && 'do_train needs dataset; name the data sets to train on',
  },
  {
    keys: ['do_train', 'output_dir'],
    check: (c) => c.do_train && !c.output_dir && 'do_train needs output_dir; name the folder for the run',
  },
  {
    keys: ['do_eval', 'val_size', 'eval_dataset'],
    check: (c) =>
      c.do_eval &&
      c.eval_strategy === 'no' &&
      !hasHeldOut(c) &&
      'do_eval needs rows to measure on; set eval_dataset or val_size',
  },
  {
    keys: ['do_predict', 'eval_dataset'],
    check: (c) =>
      c.do_predict && !c.eval_dataset.length && 'do_predict needs rows to answer; set eval_dataset',
  },
  {
    keys: ['do_predict', 'output_dir'],
    check: (c) =>
      c.do_predict && !c.output_dir && 'do_predict needs output_dir; name the folder for the predictions',
  },
  {
    keys: ['streaming', 'max_steps'],
    check: (c) =>
      c.streaming &&
      c.max_steps <= 0 &&
      c.do_train &&
      'streaming needs max_steps; say after how many steps it ends, or remove streaming',
  },
  {
    keys: ['interleave_probs', 'mix_strategy', 'dataset'],
    check: interleaveProblem,
  },
  {
    keys: ['val_size', 'eval_dataset'],
    check: (c) =>
      c.val_size > 0 &&
      c.eval_dataset.length > 0 &&
      'val_size and eval_dataset exclude each other; keep the one that the rows are to come from',
  },
  {
    keys: ['val_size', 'dataset'],
    check: (c) =>
      c.val_size > 0 &&
      !c.dataset.length &&
      'val_size takes rows out of dataset, which is empty; set dataset',
  },
  {
    keys: ['eval_strategy', 'val_size', 'eval_dataset'],
    check: (c) =>
      c.eval_strategy !== 'no' &&
      !hasHeldOut(c) &&
      `eval_strategy ${c.eval_strategy} needs rows to measure on; set eval_dataset or val_size`,
  },
  {
    keys: ['load_best_model_at_end', 'eval_strategy', 'save_strategy', 'eval_steps', 'save_steps'],
    check: (c) => (c.load_best_model_at_end ? bestModelProblem(c) : undefined),
  },
  {
    keys: ['train_on_prompt', 'mask_history'],
    check: (c) =>
      c.train_on_prompt &&
      c.mask_history &&
      'train_on_prompt and mask_history exclude each other; keep one of them',
  },
  {
    keys: ['labels'],
    check: ({ labels }) =>
      labels.length > 0 &&
      new Set(labels).size < Math.max(2, labels.length) &&
      `labels ${labels.join(', ')} are not two or more different answers; name each answer once`,
  },
];

function bestModelProblem(c: RunConfig): string | undefined {
  if (c.eval_strategy === 'no') {
    return 'load_best_model_at_end needs evaluation during training; set eval_strategy and eval_dataset or val_size';
  }
  if (c.eval_strategy !== c.save_strategy) {
    return `load_best_model_at_end needs save_strategy ${c.save_strategy} to equal eval_strategy ${c.eval_strategy}; set both to steps or epoch`;
  }
  const times = c.save_steps / c.eval_steps;
  const sameUnit = c.save_steps < 1 === c.eval_steps < 1;
  if (
    c.save_strategy === 'steps' &&
    !(sameUnit && times >= 1 && Math.abs(times - Math.round(times)) < 1e-9)
  ) {
    return `load_best_model_at_end needs save_steps ${c.save_steps} to be a multiple of eval_steps ${c.eval_steps}; set them equal`;
  }
  return undefined;
}

function interleaveProblem({ interleave_probs, mix_strategy, dataset }: RunConfig): string | undefined {
  if (interleave_probs === null) return undefined;
  if (mix_strategy === 'concat') {
    return 'interleave_probs says how data sets take turns, and mix_strategy concat has none; choose an interleaving one, or remove it';
  }
  const shares = interleave_probs.split(',');
  const odd = shares.find((share) => !(Number(share) > 0));
  if (odd !== undefined) return `interleave_probs ${odd} is no share; give numbers above 0, as in 0.7,0.3`;
  if (shares.length !== dataset.length) {
    return `interleave_probs has ${shares.length} numbers for ${dataset.length} data sets; give one for each`;
  }
  return undefined;
}
