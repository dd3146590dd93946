/** What a training leaves when it is done: the adapter with its tokenizer, and the loss as a picture. */
import { join } from 'node:path';
import { type Language, told, writeFileAtomic } from '../core/index.ts';
import { type LoadedAdapter, writeAdapter } from '../load/index.ts';
import { type LossPoint, lossCurve } from '../plot/index.ts';
import { LOSS_PICTURE, type LogRecord, type RunDirectory } from '../runs/index.ts';
import type { Tokenizer } from '../text/index.ts';
import { adapterValues } from './checkpoint.ts';

export function saveModel(
  folder: string,
  { adapter, baseModel, tokenizer }: { adapter: LoadedAdapter; baseModel: string; tokenizer: Tokenizer },
): void {
  for (const [name, content] of tokenizer.files()) writeFileAtomic(join(folder, name), content);
  writeAdapter(folder, { ...adapter, values: adapterValues(adapter) }, baseModel);
}

/** Draws what was logged; nothing where nothing was. */
export function drawLoss(run: RunDirectory, history: readonly LogRecord[], language: Language): void {
  const points = (key: string): LossPoint[] =>
    history.flatMap((record) =>
      record[key] === undefined ? [] : [{ step: record['step']!, loss: record[key] }],
    );
  const training = points('loss');
  const evaluation = points('eval_loss');
  if (training.length + evaluation.length === 0) {
    run.emit({
      type: 'log',
      level: 'warn',
      ...told({
        en: `plot: no loss was logged, so there is no ${LOSS_PICTURE}; lower logging_steps`,
        zh: `绘图：没有记录过损失，因此没有 ${LOSS_PICTURE}；请减小 logging_steps`,
      }),
    });
    return;
  }
  const { bytes, note } = lossCurve({ training, evaluation, subtitle: run.path, language }).png();
  writeFileAtomic(join(run.path, LOSS_PICTURE), bytes);
  if (note) {
    const text = told({ en: `plot: ${note.en}`, zh: `绘图：${note.zh}` });
    run.emit({ type: 'log', level: 'warn', ...text });
  }
}
