/**
 * Samples become token ids and labels, and every row that cutoff_len costs something is named: LLaMA-Factory cuts
 * in silence, the answer's header and end token included.
 */
import { ConfigError, DataError, type OnProgress } from '../core/index.ts';
import type { EncodedTurn, Template, Tokenizer } from '../text/index.ts';
import {
  countTokens,
  cutLeft,
  type Layout,
  type LayoutRule,
  type Losses,
  layTurns,
  UNLABELLED,
} from './lay-turns.ts';
import type { RowFinding, RowOrigin, Sample } from './samples.ts';

export interface EncodeSettings {
  readonly cutoffLen: number;
  readonly trainOnPrompt: boolean;
  readonly maskHistory: boolean;
  /** As templates take it: see ThinkingOptions. */
  readonly enableThinking: boolean | null;
  /** With maskHistory, leaves the thoughts of earlier turns where they are. */
  readonly preserveThinking?: boolean;
  /** What happens to rows that do not fit: cut as LLaMA-Factory does, left out, or their prompt cut from the left. */
  readonly truncation: 'keep' | 'drop' | 'left';
  readonly onProgress?: OnProgress;
}

export interface EncodedSample {
  readonly inputIds: Int32Array;
  /** As long as inputIds: the token itself where it is to be predicted, -100 elsewhere. */
  readonly labels: Int32Array;
  readonly origin: RowOrigin;
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
  const encodeRow = rowEncoder(template, tokenizer, settings);
  const encoded: EncodedSample[] = [];
  const findings: RowFinding[] = [];
  for (const [index, sample] of samples.entries()) {
    const { layout, finding } = encodeRow(sample);
    if (layout) encoded.push({ inputIds: layout.inputIds, labels: layout.labels, origin: sample.origin });
    if (finding) findings.push({ ...sample.origin, ...finding });
    const done = index + 1;
    if (done % ROWS_PER_REPORT === 0 || done === samples.length) {
      settings.onProgress?.({ task: 'tokenize', done, total: samples.length, unit: 'rows' });
    }
  }
  const [first] = findings;
  if (encoded.length === 0 && first) {
    throw new DataError(
      `data: none of the ${samples.length} rows can be trained; the first, ${first.file} row ${first.row}: ${first.reason}; raise cutoff_len or mend the rows`,
    );
  }
  return { encoded, findings };
}

/** What became of one row: a layout unless it was dropped, a finding unless it is whole. */
interface Outcome {
  readonly layout?: Layout;
  readonly finding?: Pick<RowFinding, 'kind' | 'reason'>;
}

function rowEncoder(
  template: Template,
  tokenizer: Tokenizer,
  settings: EncodeSettings,
): (sample: Sample) => Outcome {
  const { cutoffLen, maskHistory, enableThinking, truncation } = settings;
  const rule: LayoutRule = { ...settings, eosId: eosOf(template, tokenizer, settings) };
  const room = cutoffLen - (rule.eosId === undefined ? 0 : 1);
  const stripHistoryThoughts = maskHistory && !settings.preserveThinking;
  const turnsOf = (sample: Pick<Sample, 'conversation'>) =>
    template.encodeTurns(tokenizer, sample.conversation, { enableThinking, stripHistoryThoughts });
  const headerLength = truncation === 'left' ? headerLengthOf(turnsOf) : 0;

  return (sample) => {
    let turns: readonly EncodedTurn[];
    try {
      turns = turnsOf(sample);
    } catch (error) {
      // The template refuses what this row holds: tools that are no JSON, a role that it does not know.
      if (error instanceof DataError) return dropped(error.message);
      throw error;
    }
    const excess = countTokens(turns) - room;
    if (excess <= 0) return trainable(layTurns(turns, rule));
    if (truncation === 'left') {
      const kept = cutLeft(turns, { room, headerLength, bosId: tokenizer.bosId });
      if (!kept) return dropped(`the answer and its header do not fit into cutoff_len ${cutoffLen}`);
      return trainable(
        layTurns(kept, rule),
        `cutoff_len ${cutoffLen} cuts ${counted(excess, 'token')} from the prompt's left`,
      );
    }
    const layout = layTurns(turns, rule);
    const reason = `cutoff_len ${cutoffLen} cuts ${inWords(layout.losses, maskHistory)}`;
    return truncation === 'drop' ? dropped(reason) : trainable(layout, reason);
  };
}

/** Drops a layout whose labels are all gone. Position 0 does not count: nothing predicts it. */
function trainable(layout: Layout, cut?: string): Outcome {
  if (layout.labels.subarray(1).every((label) => label === UNLABELLED)) {
    return dropped(`nothing to train is left${cut ? `: ${cut}` : ''}`);
  }
  return cut ? { layout, finding: { kind: 'cut', reason: cut } } : { layout };
}

function dropped(reason: string): Outcome {
  return { finding: { kind: 'dropped', reason } };
}

/** As in: 41 tokens: 20 of the prompt's end with the answer's header, 21 of the answer's end. */
function inWords({ promptTokens, answerTokens, turns, turnTokens }: Losses, lastTurnFirst: boolean): string {
  const parts = [
    promptTokens > 0 && `${promptTokens} of the prompt's end with the header that starts the answer`,
    answerTokens > 0 && `${answerTokens} of the answer's end`,
    turns > 0 && `${turnTokens} in ${counted(turns, lastTurnFirst ? 'earlier turn' : 'later turn')}`,
  ].filter((part) => part !== false);
  return `${counted(promptTokens + answerTokens + turnTokens, 'token')}: ${parts.join(', ')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function eosOf(template: Template, tokenizer: Tokenizer, settings: EncodeSettings): number | undefined {
  if (!template.efficientEos) return undefined;
  if (settings.trainOnPrompt) {
    throw new ConfigError(
      `data: template ${template.name} does not support train_on_prompt; set train_on_prompt to false`,
    );
  }
  const [eos] = template.stopTokens;
  const eosId = eos === undefined ? undefined : tokenizer.tokenToId(eos);
  if (eosId !== undefined) return eosId;
  throw new ConfigError(
    `data: template ${template.name} ends samples with EOS, and the tokenizer has none; choose another template`,
  );
}

/** Tokens after the user's text that start the answer: where two prompts of different text end alike. */
function headerLengthOf(turnsOf: (sample: Pick<Sample, 'conversation'>) => EncodedTurn[]): number {
  const [a, b] = ['a', '0'].map(
    (content) =>
      turnsOf({
        conversation: {
          messages: [
            { role: 'user', content },
            { role: 'assistant', content: 'a' },
          ],
        },
      })[0]!.source,
  );
  let length = 0;
  while (length < a!.length && length < b!.length && a!.at(-1 - length) === b!.at(-1 - length)) length++;
  return length;
}
