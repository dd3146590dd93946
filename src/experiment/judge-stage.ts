/** The stage that asks a candidate for its answers to the test rows. Runs in the stage's own process. */
import type { OnProgress } from '../core/index.ts';
import { parseEndpoint } from '../evaluate/index.ts';
import { type Answerer, judgeCandidate } from '../jobs/index.ts';
import { type JudgeOrder, runOf } from './order.ts';
import { writeResult } from './stage-results.ts';

export async function judgeStage(order: JudgeOrder, folder: string, onProgress: OnProgress): Promise<void> {
  const { candidate, adapter, testDataset } = order;
  const { labels, judged, findings } = await judgeCandidate(runOf(candidate, adapter), answererOf(order), {
    name: candidate.name,
    judgeBy: candidate.judgeBy,
    rowsAs: testDataset,
    onProgress,
  });
  writeResult('judge', folder, { labels, judged, findings });
}

function answererOf({ candidate }: JudgeOrder): Answerer {
  switch (candidate.kind) {
    case 'predictions':
      return { kind: 'predictions', file: candidate.file };
    case 'endpoint': {
      const { name, endpoint } = candidate;
      const where = `candidates.${name}.endpoint`;
      return { kind: 'endpoint', settings: parseEndpoint({ ...endpoint, name }, where, process.env) };
    }
    default:
      return { kind: 'model' };
  }
}
