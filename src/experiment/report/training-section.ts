/** How the variants were trained: what each was given, how long it took, and the course of its loss. */
import { formatDuration } from '../../core/index.ts';
import { lossCurve, themedSvg } from '../../plot/index.ts';
import { amount } from './figures-in-words.ts';
import { html, type Markup, trusted } from './markup.ts';
import type { ReportData, Training } from './report-data.ts';
import { number, numeric, table, text } from './table.ts';
import { WORDS } from './words.ts';

export function trainingSection({ trainings, record, language }: ReportData): Markup {
  if (trainings.length === 0) return html``;
  const words = WORDS[language];
  const lines = trainings.map((training) => {
    const { variant, run } = training;
    return [
      { value: variant },
      { value: record.models[`train/${variant}`]?.name ?? run.model_name_or_path, kind: 'text' },
      { value: run.dataset.join(', '), kind: 'text' },
      { value: methodOf(training) },
      number(amount(run.num_train_epochs)),
      number(String(run.learning_rate)),
      number(formatDuration(training.metrics['train_runtime'] ?? 0)),
      number(`${amount(training.metrics['train_samples_per_second'] ?? 0)} ${words.rowsPerSecond}`),
      number(training.metrics['train_loss']?.toFixed(4) ?? ''),
    ];
  });
  const columns = [
    text(words.who),
    text(words.baseModel),
    text(words.trainedOn),
    text(words.method),
    ...[words.epochs, words.learningRate, words.duration, words.speed, words.finalLoss].map(numeric),
  ];
  return html`<h2>${words.training}</h2>
${table(columns, lines)}
${trainings
  .filter(({ training }) => training.length > 0)
  .map(({ variant, training, evaluation }) => {
    const { svg } = lossCurve({ training, evaluation, subtitle: variant, language });
    return html`<figure>${trusted(themedSvg(svg))}</figure>`;
  })}`;
}

function methodOf({ run }: Training): string {
  return run.finetuning_type === 'lora' ? `LoRA r=${run.lora_rank}` : run.finetuning_type;
}
