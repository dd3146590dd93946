/**
 * One row as the model will see it, token by token: what is trained, what is only read, what cutoff_len cuts. It is laid
 * out by the very code that encodes rows for training, with places in the row in the place of token ids.
 */
import { DataError, reasonOf, textOf } from '../core/index.ts';
import { createStreamDecoder, type EncodedTurn, type Template, type Tokenizer } from '../text/index.ts';
import { layRow, type RowSettings, rowRule } from './encode-row.ts';
import { UNLABELLED } from './lay-turns.ts';
import type { RowFinding, RowOrigin, Sample } from './samples.ts';

export interface ShownToken {
  readonly id: number;
  /** What it adds to the text; none where a character is not yet complete. Together they are the rendered row. */
  readonly text: string;
  /** Whether the model learns to predict it. */
  readonly trained: boolean;
  /** Whether it is left out, since the row does not fit. */
  readonly cut: boolean;
  /** What is learnt in its place, where that is another token: efficient_eos ends the turn before it. */
  readonly label?: number;
}

export interface ShownRow {
  readonly tokens: readonly ShownToken[];
  /** What the row loses, or why it is not trained at all. */
  readonly finding?: Omit<RowFinding, keyof RowOrigin>;
}

/** All of a row's tokens in reading order; none where the template refuses the row. */
export function showRow(
  sample: Pick<Sample, 'conversation'>,
  template: Template,
  tokenizer: Tokenizer,
  settings: RowSettings,
): ShownRow {
  const rule = rowRule(template, tokenizer, settings);
  let turns: readonly EncodedTurn[];
  try {
    turns = rule.turnsOf(sample);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { tokens: [], finding: { kind: 'dropped', ...reasonOf(textOf(error)) } };
  }
  const ids = turns.flatMap(({ source, target }) => [...source, ...target]);
  const { eosId, bosId } = rule.marks;
  const end = ids.length;
  const { layout, finding } = layRow(placesOf(turns), rule, {
    bosId: bosId !== undefined && ids[0] === bosId ? 0 : undefined,
    eosId: eosId === undefined ? undefined : end,
  });
  if (eosId !== undefined && layout) ids.push(eosId);
  const labelAt = new Map<number, number>();
  // Nothing predicts the first token.
  for (const [index, place] of layout?.inputIds.entries() ?? []) {
    labelAt.set(place, index === 0 ? UNLABELLED : layout!.labels[index]!);
  }
  const decoder = createStreamDecoder(tokenizer, { skipSpecialTokens: false });
  const tokens = ids.map((id, place): ShownToken => {
    const label = labelAt.get(place);
    const trained = label !== undefined && label !== UNLABELLED;
    const last = place === ids.length - 1;
    return {
      id,
      text: decoder.push(id) + (last ? decoder.end() : ''),
      trained,
      cut: label === undefined,
      ...(trained && label !== place && { label: ids[label]! }),
    };
  });
  return { tokens, ...(finding && { finding }) };
}

/** The same turns, each token replaced by its place in the row. */
function placesOf(turns: readonly EncodedTurn[]): EncodedTurn[] {
  let place = 0;
  const next = () => place++;
  return turns.map(({ source, target }) => ({ source: source.map(next), target: target.map(next) }));
}
