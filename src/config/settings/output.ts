/** Settings of what a run leaves behind: folder, log, checkpoints. The supported ones. */
import { amount, choice, flag, integer, text } from '../setting.ts';

export const OUTPUT = {
  output_dir: text(null, {
    en: 'The folder of the run: adapter, checkpoints, logs, results. A run finds its last checkpoint there and goes on from it.',
    zh: '本次运行的文件夹：适配器、检查点、日志、结果。再次运行时会从其中最后一个检查点继续。',
  }),
  overwrite_output_dir: flag(false, {
    en: 'Begins anew in an output_dir that holds an earlier run, instead of going on from its last checkpoint.',
    zh: 'output_dir 中已有先前的运行时，从头开始，而不是从最后的检查点继续。',
  }),
  resume_from_checkpoint: text(null, {
    synonyms: { true: null },
    refusedValues: {
      false: {
        en: 'a run goes on from the last checkpoint in output_dir by itself; to begin anew set overwrite_output_dir: true',
        zh: '运行会自动从 output_dir 中最后的检查点继续；要从头开始请设置 overwrite_output_dir: true',
      },
    },
    en: 'The checkpoint folder to go on from. Empty means the last one in output_dir, if there is one. The resumed run equals one that never stopped.',
    zh: '要继续的检查点文件夹；留空则用 output_dir 中最后一个（若有）。续训的结果与未中断的运行相同。',
  }),
  logging_steps: amount(500, {
    above: 0,
    en: 'A line of the log, with the mean loss since the last one, every so many steps; below 1, a share of all steps.',
    zh: '每多少步写一行日志（含这段的平均损失）；小于 1 为占总步数的比例。',
  }),
  plot_loss: flag(false, {
    en: 'Draws training_loss.png into output_dir when training ends.',
    zh: '训练结束时在 output_dir 中绘制 training_loss.png。',
  }),
  save_strategy: choice('steps', {
    choices: ['no', 'steps', 'epoch'],
    synonyms: { false: 'no' },
    refusedValues: {
      best: {
        en: 'saving only when a metric improves is not built yet; use steps or epoch with load_best_model_at_end: true',
        zh: '仅在指标提升时保存尚未实现；请使用 steps 或 epoch，并设置 load_best_model_at_end: true',
      },
    },
    en: 'When checkpoints are written: every save_steps steps, after each epoch, or not before the end.',
    zh: '何时写检查点：每 save_steps 步、每轮之后，或仅在结束时。',
  }),
  save_steps: amount(500, {
    above: 0,
    en: 'A checkpoint every so many steps; below 1, a share of all steps. What a crash loses is at most the work since the last one.',
    zh: '每多少步写一个检查点；小于 1 为占总步数的比例。意外中断最多损失最后一个检查点之后的工作。',
  }),
  save_total_limit: integer(null, {
    min: 1,
    en: 'How many checkpoints are kept; older ones are deleted. Empty keeps all.',
    zh: '保留的检查点个数，更早的会被删除；留空则全部保留。',
  }),
  save_only_model: flag(false, {
    en: 'Checkpoints hold the adapter without optimizer and random state: smaller, but a run cannot go on from them.',
    zh: '检查点只含适配器，不含优化器和随机状态：更小，但无法从中继续训练。',
  }),
};
