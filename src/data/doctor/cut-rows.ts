/** Rows that do not fit into cutoff_len, and which part of them is lost. */
import { heard } from '../../core/index.ts';
import type { Template, Tokenizer } from '../../text/index.ts';
import { encodeRow, type RowSettings, rowRule } from '../encode-row.ts';
import type { Sample } from '../samples.ts';
import type { ConcernedRow, Finding } from './diagnosis.ts';

/** How rows will be encoded. */
export interface Encoding {
  readonly settings: RowSettings;
  /** Asked only where a row may be too long. */
  open(): Promise<{ template: Template; tokenizer: Tokenizer }>;
}

/** Tokens that a template puts around a message, at most. */
const TOKENS_AROUND_MESSAGE = 64;
/** More cut rows than this share are no exception. */
const MANY = 0.01;

/** Whether a row can be too long at all: no token is shorter than a byte, so most rows need no tokenizer. */
export function mayBeCut({ conversation }: Sample, { cutoffLen }: RowSettings): boolean {
  const { messages, system = '', tools = '' } = conversation;
  const texts = [system, ...messages.map(({ content }) => content)];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + TOKENS_AROUND_MESSAGE, 0);
  return tools !== '' || bytes > cutoffLen;
}

/** @param rows those that may be cut, `of` all */
export async function findCutRows(
  rows: AsyncIterable<{ readonly place: number; readonly sample: Sample }>,
  of: number,
  { settings, open }: Encoding,
): Promise<Finding[]> {
  const { template, tokenizer } = await open();
  const rule = rowRule(template, tokenizer, settings);
  const cut: ConcernedRow[] = [];
  for await (const { place, sample } of rows) {
    const { finding } = encodeRow(sample, rule);
    if (finding)
      cut.push({ place, note: heard({ message: finding.reason, zh: finding.zh }), repair: { kind: 'drop' } });
  }
  if (cut.length === 0) return [];
  const what = {
    en: `${cut.length} rows do not fit into cutoff_len ${settings.cutoffLen}`,
    zh: `${cut.length} 行超出 cutoff_len ${settings.cutoffLen}`,
  };
  return [{ check: 'cut', severity: cut.length > of * MANY ? 'error' : 'warning', what, rows: cut }];
}
