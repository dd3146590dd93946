/**
 * One row under the settings of a run: its turns as tokens, which of them stay and are trained, and what was lost, in
 * words.
 */
import { ConfigError, DataError } from '../core/index.ts';
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
import type { RowFinding, Sample } from './samples.ts';

export interface RowSettings {
  readonly cutoffLen: number;
  readonly trainOnPrompt: boolean;
  readonly maskHistory: boolean;
  /** As templates take it: see ThinkingOptions. */
  readonly enableThinking: boolean | null;
  /** With maskHistory, leaves the thoughts of earlier turns where they are. */
  readonly preserveThinking?: boolean;
  /** What happens to rows that do not fit: cut as LLaMA-Factory does, left out, or their prompt cut from the left. */
  readonly truncation: 'keep' | 'drop' | 'left';
}

/** Settings, template and tokenizer brought together: what all rows of a run have in common. */
export interface RowRule {
  readonly settings: RowSettings;
  /** @throws DataError when the template refuses what the row holds */
  turnsOf(sample: Pick<Sample, 'conversation'>): EncodedTurn[];
  /** Tokens that start an answer, which its cut prompt keeps. */
  readonly headerLength: number;
  readonly marks: Marks;
}

/** The tokens that a layout has to know. */
export interface Marks {
  readonly bosId: number | undefined;
  /** Set for templates with efficient_eos. */
  readonly eosId: number | undefined;
}

/** What became of one row: a layout unless it was dropped, a finding unless it is whole. */
export interface Outcome {
  readonly layout?: Layout;
  readonly finding?: Pick<RowFinding, 'kind' | 'reason'>;
}

/** @throws ConfigError when train_on_prompt meets a template with efficient_eos, as upstream */
export function rowRule(template: Template, tokenizer: Tokenizer, settings: RowSettings): RowRule {
  const { maskHistory, enableThinking, truncation } = settings;
  const stripHistoryThoughts = maskHistory && !settings.preserveThinking;
  const turnsOf = (sample: Pick<Sample, 'conversation'>) =>
    template.encodeTurns(tokenizer, sample.conversation, { enableThinking, stripHistoryThoughts });
  return {
    settings,
    turnsOf,
    headerLength: truncation === 'left' ? headerLengthOf(turnsOf) : 0,
    marks: { bosId: tokenizer.bosId, eosId: eosOf(template, tokenizer, settings) },
  };
}

export function encodeRow(sample: Pick<Sample, 'conversation'>, rule: RowRule): Outcome {
  let turns: readonly EncodedTurn[];
  try {
    turns = rule.turnsOf(sample);
  } catch (error) {
    // The template refuses what this row holds: tools that are no JSON, a role that it does not know.
    if (error instanceof DataError) return dropped(error.message);
    throw error;
  }
  return layRow(turns, rule, rule.marks);
}

/** Lays out turns of any numbers, of which `marks` says what two of them mean. */
export function layRow(turns: readonly EncodedTurn[], rule: RowRule, { bosId, eosId }: Marks): Outcome {
  const { settings, headerLength } = rule;
  const { cutoffLen, maskHistory, truncation } = settings;
  const layoutRule: LayoutRule = { ...settings, eosId };
  const room = cutoffLen - (eosId === undefined ? 0 : 1);
  const excess = countTokens(turns) - room;
  if (excess <= 0) return trainable(layTurns(turns, layoutRule));
  if (truncation === 'left') {
    const kept = cutLeft(turns, { room, headerLength, bosId });
    if (!kept) return dropped(`the answer and its header do not fit into cutoff_len ${cutoffLen}`);
    return trainable(
      layTurns(kept, layoutRule),
      `cutoff_len ${cutoffLen} cuts ${counted(excess, 'token')} from the prompt's left`,
    );
  }
  const layout = layTurns(turns, layoutRule);
  const reason = `cutoff_len ${cutoffLen} cuts ${inWords(layout.losses, maskHistory)}`;
  return truncation === 'drop' ? dropped(reason) : trainable(layout, reason);
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

function eosOf(template: Template, tokenizer: Tokenizer, settings: RowSettings): number | undefined {
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
