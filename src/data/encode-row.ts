/**
 * One row under the settings of a run: its turns as tokens, which of them stay and are trained, and what was lost, in
 * words.
 */
import { type Bilingual, ConfigError, DataError, reasonOf, textOf } from '../core/index.ts';
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
  readonly finding?: Omit<RowFinding, keyof RowOrigin>;
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
    if (error instanceof DataError) return dropped(textOf(error));
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
    if (!kept) {
      return dropped({
        en: `the answer and its header do not fit into cutoff_len ${cutoffLen}`,
        zh: `答案及其开头标记放不进截断长度 cutoff_len ${cutoffLen}`,
      });
    }
    return trainable(layTurns(kept, layoutRule), {
      en: `cutoff_len ${cutoffLen} cuts ${counted(excess, 'token')} from the prompt's left`,
      zh: `截断长度 cutoff_len ${cutoffLen} 从提示左侧截去 ${excess} 个 token`,
    });
  }
  const layout = layTurns(turns, layoutRule);
  const { en, zh } = inWords(layout.losses, maskHistory);
  const reason = {
    en: `cutoff_len ${cutoffLen} cuts ${en}`,
    zh: `截断长度 cutoff_len ${cutoffLen} 截去 ${zh}`,
  };
  return truncation === 'drop' ? dropped(reason) : trainable(layout, reason);
}

/** Drops a layout whose labels are all gone. Position 0 does not count: nothing predicts it. */
function trainable(layout: Layout, cut?: Bilingual): Outcome {
  if (layout.labels.subarray(1).every((label) => label === UNLABELLED)) {
    return dropped({
      en: `nothing to train is left${cut ? `: ${cut.en}` : ''}`,
      zh: `没有剩下可训练的内容${cut ? `：${cut.zh}` : ''}`,
    });
  }
  return cut ? { layout, finding: { kind: 'cut', ...reasonOf(cut) } } : { layout };
}

function dropped(reason: Bilingual): Outcome {
  return { finding: { kind: 'dropped', ...reasonOf(reason) } };
}

/** As in: 41 tokens: 20 of the prompt's end with the answer's header, 21 of the answer's end. */
function inWords(
  { promptTokens, answerTokens, turns, turnTokens }: Losses,
  lastTurnFirst: boolean,
): Bilingual {
  const parts = [
    promptTokens > 0 && {
      en: `${promptTokens} of the prompt's end with the header that starts the answer`,
      zh: `提示末尾 ${promptTokens} 个，包括答案的开头标记`,
    },
    answerTokens > 0 && { en: `${answerTokens} of the answer's end`, zh: `答案末尾 ${answerTokens} 个` },
    turns > 0 && {
      en: `${turnTokens} in ${counted(turns, lastTurnFirst ? 'earlier turn' : 'later turn')}`,
      zh: `${lastTurnFirst ? '较早' : '较晚'}的 ${turns} 轮中 ${turnTokens} 个`,
    },
  ].filter((part) => part !== false);
  const total = promptTokens + answerTokens + turnTokens;
  return {
    en: `${counted(total, 'token')}: ${parts.map(({ en }) => en).join(', ')}`,
    zh: `${total} 个 token：${parts.map(({ zh }) => zh).join('，')}`,
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function eosOf(template: Template, tokenizer: Tokenizer, settings: RowSettings): number | undefined {
  if (!template.efficientEos) return undefined;
  if (settings.trainOnPrompt) {
    throw new ConfigError({
      en: `data: template ${template.name} does not support train_on_prompt; set train_on_prompt to false`,
      zh: `数据：模板 ${template.name} 不支持 train_on_prompt；请把 train_on_prompt 设为 false`,
    });
  }
  const [eos] = template.stopTokens;
  const eosId = eos === undefined ? undefined : tokenizer.tokenToId(eos);
  if (eosId !== undefined) return eosId;
  throw new ConfigError({
    en: `data: template ${template.name} ends samples with EOS, and the tokenizer has none; choose another template`,
    zh: `数据：模板 ${template.name} 以 EOS 结束样本，而分词器没有 EOS；请换一个模板`,
  });
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
