/**
 * Samples become token ids and labels, and every row that cutoff_len costs something is named: LLaMA-Factory cuts
 * in silence, the answer's header and end token included.
 */
import type { RunConfig } from '../config/index.ts';
import { DataError, type OnProgress, reasonIn } from '../core/index.ts';
import type { Template, Tokenizer } from '../text/index.ts';
import { encodeRow, type RowSettings, rowRule } from './encode-row.ts';
import type { EncodedSample } from './encoded-rows.ts';
import type { RowFinding, Sample } from './samples.ts';

export interface EncodeSettings extends RowSettings {
  readonly onProgress?: OnProgress;
}

/** What a run's settings say of it. */
export function encodeSettings(config: RunConfig): EncodeSettings {
  return {
    cutoffLen: config.cutoff_len,
    trainOnPrompt: config.train_on_prompt,
    maskHistory: config.mask_history,
    enableThinking: config.enable_thinking,
    truncation: config.truncation,
  };
}

const ROWS_PER_REPORT = 200;

/**
 * Encodes samples in their order; those with nothing left to train are left out.
 * @throws DataError when no sample remains
 * @throws ConfigError when train_on_prompt meets a template with efficient_eos, as upstream
 */
export function encodeSamples(
  samples: readonly Sample[],
  template: Template,
  tokenizer: Tokenizer,
  settings: EncodeSettings,
): { encoded: EncodedSample[]; findings: RowFinding[] } {
  const rule = rowRule(template, tokenizer, settings);
  const encoded: EncodedSample[] = [];
  const findings: RowFinding[] = [];
  for (const [index, sample] of samples.entries()) {
    const { layout, finding } = encodeRow(sample, rule);
    if (layout) encoded.push({ inputIds: layout.inputIds, labels: layout.labels, origin: sample.origin });
    if (finding) findings.push({ ...sample.origin, ...finding });
    const done = index + 1;
    if (done % ROWS_PER_REPORT === 0 || done === samples.length) {
      settings.onProgress?.({ task: 'tokenize', done, total: samples.length, unit: 'rows' });
    }
  }
  const [first] = findings;
  if (encoded.length === 0 && first) {
    throw new DataError({
      en: `data: none of the ${samples.length} rows can be trained; the first, ${first.file} row ${first.row}: ${first.reason}; raise cutoff_len or mend the rows`,
      zh: `数据：${samples.length} 行都无法训练；首个是 ${first.file} 第 ${first.row} 行：${reasonIn(first, 'zh')}；请增大截断长度 cutoff_len，或修正数据`,
    });
  }
  return { encoded, findings };
}
