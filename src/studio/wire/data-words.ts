/** The words after `tunesmith` that do what the page does with a data set: shown to be copied, and some of them started. */
import type { PlanRequest, Reading } from './dataset.ts';
import type { CheckRequest } from './doctor.ts';
import type { EnrichSettings } from './enrichment.ts';
import type { ExportFormat, SplitRequest } from './split.ts';

const flag = (name: string, value: string | number | undefined): string[] =>
  value === undefined || value === '' ? [] : [`--${name}`, String(value)];

export function addWords(
  file: string,
  { name, roles, hasHeader, sheet, encoding }: PlanRequest,
  datasetDir: string,
): string[] {
  return [
    ...['data', 'add', file, '--name', name],
    // Tools have no flag: their column is known by its name.
    ...Object.entries(roles).flatMap(([role, text]) => (role === 'tools' ? [] : flag(role, text))),
    ...(hasHeader === undefined ? [] : [hasHeader ? '--header' : '--no-header']),
    ...flag('sheet', sheet),
    ...flag('encoding', encoding),
    ...['--dataset-dir', datasetDir, '--yes'],
  ];
}

export function showWords(name: string, row: number, reading: Reading, datasetDir: string): string[] {
  const { model, template, cutoff_len } = reading;
  return [
    ...['data', 'show', name, `cutoff_len=${cutoff_len}`, '--row', String(row), '--model', model],
    ...flag('template', template),
    ...['--dataset-dir', datasetDir],
  ];
}

/** @param fix name of a repaired copy */
export function checkWords(name: string, request: CheckRequest, datasetDir: string, fix?: string): string[] {
  const { model, template, cutoff_len, against } = request;
  return [
    ...['data', 'check', name, `cutoff_len=${cutoff_len}`],
    ...(model === undefined ? [] : [`model_name_or_path=${model}`]),
    ...(template === undefined ? [] : [`template=${template}`]),
    ...flag('against', against?.join(',')),
    ...['--dataset-dir', datasetDir],
    ...flag('fix', fix),
  ];
}

export function splitWords(name: string, request: SplitRequest, datasetDir: string): string[] {
  const { val, test, stratify, group, seed, replace } = request;
  return [
    ...['data', 'split', name, '--val', String(val), '--test', String(test)],
    ...flag('stratify', stratify),
    ...flag('group', group),
    ...['--seed', String(seed), '--dataset-dir', datasetDir],
    ...(replace ? ['--replace'] : []),
  ];
}

export function exportWords(
  name: string,
  { file, format, model }: { file: string; format: ExportFormat; model?: string | undefined },
  datasetDir: string,
): string[] {
  return [
    ...['data', 'export', name, file, '--format', format],
    ...flag('model', model),
    ...['--dataset-dir', datasetDir],
  ];
}

/** The name of the file that a format is written to; only lists end in `.json`. */
export function exportFile(
  name: string,
  { format, asList }: { format: ExportFormat; asList: boolean },
): string {
  if (format === 'csv' || format === 'parquet') return `${name}.${format}`;
  const ending = asList && format !== 'openai-batch' ? 'json' : 'jsonl';
  return `${name}_${format.replace('-', '_')}.${ending}`;
}

/** The key of an endpoint is no word: it lies in TUNESMITH_API_KEY. */
export function enrichWords(
  settings: EnrichSettings,
  { datasetDir, promptFile }: { datasetDir: string; promptFile: string },
): string[] {
  const { dataset, task, teacher, as, withLabel, prompt } = settings;
  return [
    ...['data', 'enrich', dataset, '--task', task],
    ...flag('teacher', teacher.kind === 'local' ? teacher.model : teacher.url),
    ...flag('model', teacher.kind === 'local' ? undefined : teacher.model),
    ...flag('as', as),
    ...(withLabel ? ['--with-label'] : []),
    ...flag('prompt', prompt === undefined ? undefined : promptFile),
    ...flag('count', task === 'paraphrase' ? settings.count : undefined),
    ...flag('concurrency', settings.concurrency),
    ...flag('temperature', settings.temperature),
    ...flag('max-tokens', settings.maxTokens),
    ...flag('max-samples', settings.maxSamples),
    ...flag('price-in', settings.priceIn),
    ...flag('price-out', settings.priceOut),
    ...['--dataset-dir', datasetDir],
  ];
}
