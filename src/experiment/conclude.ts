/** From what was measured and the criteria that were set beforehand to the verdict. */
import type { Experiment } from '../config/index.ts';
import {
  type Comparison,
  decide,
  type Evidence,
  evidenceIn,
  METRICS,
  type Verdict,
} from '../evaluate/index.ts';
import { loadEvidence } from './load-figures.ts';
import type { LoadStage } from './stage-results.ts';

export interface Found {
  readonly comparison: Comparison;
  /** By candidate. */
  readonly loads: Readonly<Record<string, LoadStage>>;
}

export function conclude({ candidate, criteria }: Experiment, { comparison, loads }: Found): Verdict {
  const evidence = criteria.map((criterion): Evidence => {
    const isOfAnswers = METRICS.some((metric) => metric === criterion.metric);
    if (isOfAnswers) return evidenceIn(comparison, candidate, criterion);
    return loadEvidence(loads[candidate]?.levels ?? [], criterion);
  });
  return decide(evidence);
}

/** What the program ends with; 1 is an error's. */
export const EXIT_CODES: Readonly<Record<Verdict['decision'], number>> = {
  go: 0,
  no_go: 2,
  not_enough_evidence: 3,
};
