/** What a finished run left: its figures, and where everything lies. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatDuration, type Language } from '../core/index.ts';
import { FINDINGS_FILE, LOSS_PICTURE, type Metrics, PREDICTIONS_FILE, readResults } from '../runs/index.ts';
import { shownPath } from './shown-path.ts';

const EN = {
  trained: (loss: string, duration: string, rows: string) =>
    `Trained in ${duration}, ${rows} rows/s; mean loss ${loss}.`,
  evaluated: (loss: string) => `Loss on held-out rows: ${loss}.`,
  findings: (dropped: number, cut: number) => `Rows left out: ${dropped}, cut: ${cut}, all named in`,
  adapter: 'adapter',
  picture: 'loss curve',
  predictions: 'predictions',
  log: 'log',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    trained: (loss, duration, rows) => `训练用时 ${duration}，每秒 ${rows} 行；平均损失 ${loss}。`,
    evaluated: (loss) => `留出数据上的损失：${loss}。`,
    findings: (dropped, cut) => `丢弃 ${dropped} 行，截断 ${cut} 行，逐行列于`,
    adapter: '适配器',
    picture: '损失曲线',
    predictions: '预测结果',
    log: '日志',
  },
};

export function summaryLines(outputDir: string, language: Language): string[] {
  const text = TEXTS[language];
  const at = (name: string) => join(outputDir, name);
  const place = (label: string, name: string, shown = name) =>
    existsSync(at(name)) ? [`  ${label}: ${shownPath(at(shown))}`] : [];
  return [
    ...figureLines(readResults(outputDir, 'all') ?? {}, text),
    ...findingLines(at(FINDINGS_FILE), text),
    ...place(text.adapter, 'adapter_model.safetensors', ''),
    ...place(text.picture, LOSS_PICTURE),
    ...place(text.predictions, PREDICTIONS_FILE),
    ...place(text.log, 'trainer_log.jsonl'),
  ];
}

function figureLines(metrics: Metrics, text: typeof EN): string[] {
  const { train_loss, train_runtime = 0, train_samples_per_second = 0, eval_loss } = metrics;
  const lines: string[] = [];
  if (train_loss !== undefined) {
    const rows = train_samples_per_second.toFixed(1);
    lines.push(text.trained(train_loss.toFixed(4), formatDuration(train_runtime), rows));
  }
  if (eval_loss !== undefined) lines.push(text.evaluated(eval_loss.toFixed(4)));
  return lines;
}

function findingLines(path: string, text: typeof EN): string[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const dropped = lines.filter((line) => (JSON.parse(line) as { kind: string }).kind === 'dropped').length;
  return [`${text.findings(dropped, lines.length - dropped)} ${shownPath(path)}`];
}
