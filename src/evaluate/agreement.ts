/**
 * How far two models that judged the same rows agree, whoever is right: Cohen's kappa, the share of equal answers,
 * and which classes one wins from the other. An answer that is no label counts as one answer more.
 */
import { assert } from '../core/index.ts';

/** Labels row by row; undefined where the answer is none. */
export type Answers = readonly (string | undefined)[];

export interface Agreement {
  /** Share of the rows with the same answer. */
  readonly share: number;
  /** Agreement beyond chance, (p_o - p_e) / (1 - p_e); absent where both always give one and the same answer. */
  readonly kappa?: number;
}

/** One class, seen from the first of two models. */
export interface ClassWins {
  readonly label: string;
  readonly rows: number;
  /** Rows that only the first gets right. */
  readonly wins: number;
  /** Rows that only the second gets right. */
  readonly losses: number;
}

/** @see https://doi.org/10.1177/001316446002000104 */
export function agreementOf(first: Answers, second: Answers): Agreement {
  assert(first.length === second.length && first.length > 0, 'agreement takes answers to the same rows');
  const rows = first.length;
  const firstCounts = countAnswers(first);
  const secondCounts = countAnswers(second);
  const equal = first.filter((answer, row) => answer === second[row]).length;
  // Pairs of rows that would be equal if the answers were shuffled; whole numbers, so that a sure thing is exact.
  let byChance = 0;
  for (const [answer, count] of firstCounts) byChance += count * (secondCounts.get(answer) ?? 0);
  const share = equal / rows;
  if (byChance === rows * rows) return { share };
  return { share, kappa: (equal * rows - byChance) / (rows * rows - byChance) };
}

/** The classes in the order of the labels, those without rows too. */
export function classWins(
  labels: readonly string[],
  truths: readonly string[],
  first: Answers,
  second: Answers,
): ClassWins[] {
  const tallies = new Map(labels.map((label) => [label, { rows: 0, wins: 0, losses: 0 }]));
  for (const [row, truth] of truths.entries()) {
    const tally = tallies.get(truth);
    assert(tally, `row ${row + 1} is labelled "${truth}", which is no label`);
    const firstIsRight = first[row] === truth;
    const secondIsRight = second[row] === truth;
    tally.rows++;
    if (firstIsRight && !secondIsRight) tally.wins++;
    if (secondIsRight && !firstIsRight) tally.losses++;
  }
  return [...tallies].map(([label, tally]) => ({ label, ...tally }));
}

function countAnswers(answers: Answers): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return counts;
}
