/** The stage that holds the candidates against each other. Runs in the stage's own process. */
import { compareModels } from '../evaluate/index.ts';
import type { CompareOrder } from './order.ts';
import { readResult, writeResult } from './stage-results.ts';

export function compareStage({ judged, incumbent, seed }: CompareOrder, folder: string): void {
  const results = judged.map(({ name, folder: from }) => ({ name, ...readResult('judge', from) }));
  const answers = results.map(({ name, judged: [first] }) => ({
    name,
    judgedBy: first!.evaluation.judgedBy,
    rows: first!.rows,
  }));
  const { labels } = results[0]!;
  writeResult('compare', folder, compareModels(answers, { labels, incumbent, seed }));
}
