/** What scoring labels gives, and whom it looks at: whole answers, by exact probability. */

/** `all`: every label's probability; `argmax`: only the most likely label is found, with little work. */
export type ScoringMode = 'all' | 'argmax';

export interface LabelScore {
  /** Index of the most likely label. */
  readonly winner: number;
  /** log p(label as the whole answer | prompt), the winner's. */
  readonly logProbability: number;
  /** Every label's, in mode `all`. */
  readonly logProbabilities?: Float64Array;
}
