/**
 * Turns of one sample laid out in cutoff_len tokens, with what was lost on the way; by LLaMA-Factory's rule, or cut
 * from the left. Knows token lists only.
 */
import type { EncodedTurn } from '../text/index.ts';
import { inferSeqlen } from './infer-seqlen.ts';

/** The label of a token that is not trained. */
export const UNLABELLED = -100;

export interface LayoutRule {
  readonly cutoffLen: number;
  readonly trainOnPrompt: boolean;
  /** Train the last turn only; it also gets its tokens first. */
  readonly maskHistory: boolean;
  /** Set for templates with efficient_eos: ends every sample, and is what an answer's end predicts. */
  readonly eosId?: number | undefined;
}

/** Tokens that did not fit. */
export interface Losses {
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** Whole turns: the later ones, or the earlier where the last turn comes first. */
  readonly turns: number;
  readonly turnTokens: number;
}

export interface Layout {
  readonly inputIds: Int32Array;
  readonly labels: Int32Array;
  readonly losses: Losses;
}

/** A turn of which the front may be missing. */
interface CutTurn extends EncodedTurn {
  /** False for an answer whose own header is gone: context, but nothing to learn from. */
  readonly trained?: boolean;
}

/** Lays turns in order (from the last one with maskHistory), each cut to what is left, until nothing is. */
export function layTurns(turns: readonly CutTurn[], rule: LayoutRule): Layout {
  const ordered = rule.maskHistory ? turns.toReversed() : turns;
  const losses = { promptTokens: 0, answerTokens: 0, turns: 0, turnTokens: 0 };
  const pieces: { ids: readonly number[]; labels: readonly number[] }[][] = [];
  let total = rule.eosId === undefined ? 0 : 1;
  for (const [index, turn] of ordered.entries()) {
    if (total >= rule.cutoffLen) {
      losses.turns++;
      losses.turnTokens += turn.source.length + turn.target.length;
      continue;
    }
    const [sourceLength, targetLength] = inferSeqlen(
      turn.source.length,
      turn.target.length,
      rule.cutoffLen - total,
    );
    total += sourceLength + targetLength;
    losses.promptTokens += turn.source.length - sourceLength;
    losses.answerTokens += turn.target.length - targetLength;
    const source = turn.source.slice(0, sourceLength);
    const target = turn.target.slice(0, targetLength);
    const trained = turn.trained !== false && !(rule.maskHistory && index > 0);
    pieces.push([
      { ids: source, labels: sourceLabels(source, index, rule) },
      { ids: target, labels: trained ? target : target.map(() => UNLABELLED) },
    ]);
  }
  if (rule.maskHistory) pieces.reverse();
  const end = rule.eosId === undefined ? [] : [rule.eosId];
  const inputIds = new Int32Array(total);
  const labels = new Int32Array(total);
  let at = 0;
  for (const part of [...pieces.flat(), { ids: end, labels: end }]) {
    inputIds.set(part.ids, at);
    labels.set(part.labels, at);
    at += part.ids.length;
  }
  return { inputIds, labels, losses };
}

function sourceLabels(source: readonly number[], index: number, rule: LayoutRule): readonly number[] {
  if (rule.trainOnPrompt) return source;
  const labels = source.map(() => UNLABELLED);
  if (rule.eosId !== undefined && index > 0 && labels.length > 0) labels[0] = rule.eosId;
  return labels;
}

/**
 * Removes tokens from the left, oldest first, until `room` tokens remain. The last turn keeps its answer whole and
 * the header that starts it; a leading BOS stays.
 * @param headerLength tokens at the end of every source that start the answer
 * @returns undefined when the last answer with its header needs more than `room`
 */
export function cutLeft(
  turns: readonly EncodedTurn[],
  { room, headerLength, bosId }: { room: number; headerLength: number; bosId: number | undefined },
): CutTurn[] | undefined {
  const bos = bosId !== undefined && turns[0]?.source[0] === bosId ? [bosId] : [];
  let excess = countTokens(turns) - room;
  const kept: CutTurn[] = [];
  for (const [index, turn] of turns.entries()) {
    const last = index === turns.length - 1;
    const source = index === 0 ? turn.source.slice(bos.length) : turn.source;
    const header = Math.min(headerLength, source.length);
    const sourceCut = Math.min(excess, last ? source.length - header : source.length);
    excess -= sourceCut;
    const targetCut = last ? 0 : Math.min(excess, turn.target.length);
    excess -= targetCut;
    if (sourceCut + targetCut === source.length + turn.target.length) continue;
    kept.push({
      source: [...(kept.length === 0 ? bos : []), ...source.slice(sourceCut)],
      target: turn.target.slice(targetCut),
      trained: source.length - sourceCut >= header,
    });
  }
  return excess > 0 ? undefined : kept;
}

export function countTokens(turns: readonly EncodedTurn[]): number {
  return turns.reduce((sum, { source, target }) => sum + source.length + target.length, 0);
}
