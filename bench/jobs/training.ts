/** Trainings whose speed is measured, ours alone or in turns with others over the same batches. */
import { messageOf } from '../../src/core/index.ts';
import type { ResolvedModel } from '../../src/hub/index.ts';
import { exportModel } from '../export-model.ts';
import { type BenchOptions, type Findings, type Job, modelFor } from '../job.ts';
import { inOwnProcess, type Outcome } from '../own-process.ts';
import { type PeerTurn, type TrainingPeer, trainingPeers } from '../peers/training-peers.ts';
import { prepareTraining, type TrainingPlan } from '../prepare-training.ts';
import { alpacaRows, englishRows, exampleRows, newsRows, type Row, unlikeRows } from '../rows.ts';
import { say } from '../say.ts';
import { comparisonLines, fastestOf, figuresOf, ownFigures, ownLines, ratio } from '../training-report.ts';

interface TrainingJob {
  readonly name: string;
  readonly summary: string;
  readonly starter: Parameters<typeof modelFor>[0];
  readonly template: string;
  readonly batchSize: number;
  readonly cutoffLen: number;
  rows(options: BenchOptions, tokensOf: (row: Row) => number): readonly Row[];
  /** In small mode, where no data of others is at hand. */
  readonly smallRows?: () => readonly Row[];
}

/** Steps whose time does not count: graphs are compiled and memory is taken for the first time. */
const WARM_UP = 1;

/** Whose marks all tiny models know. */
const SMALL_TEMPLATE = 'chatml';

const SMOLLM2 = { starter: 'smollm2-135m-instruct', template: 'chatml' } as const;
const NEWS = {
  batchSize: 16,
  cutoffLen: 512,
  rows: ({ data }: BenchOptions) => newsRows(data, { from: 0, count: 1600 }),
  smallRows: () => exampleRows('news-headlines-zh').slice(0, 64),
};

const TRAININGS: readonly TrainingJob[] = [
  { name: 'thucnews-smollm2', summary: 'Chinese headlines to channels, SmolLM2-135M', ...SMOLLM2, ...NEWS },
  {
    name: 'thucnews-gemma',
    summary: 'the same with gemma-3-270m, whose vocabulary is five times as large',
    starter: 'gemma-3-270m',
    template: 'gemma',
    ...NEWS,
  },
  {
    name: 'english-news',
    summary: 'English texts from the web to sections that are drawn: a measure of speed, not of learning',
    ...SMOLLM2,
    batchSize: 16,
    cutoffLen: 512,
    rows: ({ data }) => englishRows(data),
    smallRows: () => exampleRows('support-tickets').slice(0, 32),
  },
  {
    name: 'alpaca-zh',
    summary: 'free Chinese answers of up to 512 tokens, most of them labelled',
    ...SMOLLM2,
    batchSize: 4,
    cutoffLen: 512,
    rows: ({ data }) => alpacaRows(data),
    smallRows: () =>
      exampleRows('news-headlines-zh')
        .slice(0, 32)
        .map(({ input, output }) => ({ instruction: output, input: '', output: input })),
  },
  {
    name: 'no-prefix',
    summary: 'rows that share nothing: 160 tokens, 6 labelled, each with a system prompt of its own',
    ...SMOLLM2,
    batchSize: 16,
    cutoffLen: 512,
    rows: ({ small }, tokensOf) => unlikeRows(small ? 48 : 320, 160, tokensOf),
  },
];

export const TRAINING_JOBS: readonly Job[] = TRAININGS.map((training) => ({
  name: training.name,
  summary: training.summary,
  isDefault: true,
  peers: ['llamafactory', 'pytorch'],
  async run(options) {
    const { batchSize, cutoffLen } = training;
    const plan: TrainingPlan = {
      template: options.small ? SMALL_TEMPLATE : training.template,
      batchSize,
      cutoffLen,
      steps: WARM_UP + options.steps,
      threads: options.threads,
      rows: (tokensOf) => (options.small && training.smallRows?.()) || training.rows(options, tokensOf),
    };
    return measure(plan, await modelFor(training.starter, options), options);
  },
}));

/** @param warmUp steps at the start of each turn that are not timed */
export async function measure(
  plan: TrainingPlan,
  model: ResolvedModel,
  options: BenchOptions,
  warmUp = WARM_UP,
): Promise<Findings> {
  const { limit } = options;
  // Others read folders only; so that all compute with the same files, we then read the folder too.
  const readable: ResolvedModel = options.against
    ? { kind: 'folder', path: await exportModel(model), name: model.name }
    : model;
  const training = await prepareTraining(plan, readable, options.folder);
  const peers = await trainingPeers(options.against, training, plan);
  const ours: Outcome<'train'>[] = [];
  const theirs = new Map(peers.map((peer): [TrainingPeer, PeerTurn[]] => [peer, []]));
  const failed: { program: string; reason: string }[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    say(`  round ${round} of ${options.rounds}: tunesmith`);
    ours.push(await inOwnProcess('train', { settings: training.ownSettings }));
    for (const [peer, turns] of theirs) {
      say(`  round ${round} of ${options.rounds}: ${peer.name}`);
      try {
        turns.push(await peer.train());
      } catch (error) {
        // It does not fit into this machine, perhaps: that is a finding too.
        failed.push({ program: peer.name, reason: messageOf(error) });
        theirs.delete(peer);
      }
    }
  }
  const own = ownFigures(ours, { warmUp, limit });
  const others = [...theirs].map(([{ name }, turns]) => ({
    ...figuresOf(name, turns, ours[0]!.steps, warmUp),
    versions: turns[0]!.versions,
  }));
  const compared = others.length > 0 && { ratio: ratio(own, fastestOf(others)) };
  return {
    settings: { model: readable.name, threads: plan.threads, rounds: options.rounds, ...training.settings },
    results: { limitGigaFlops: limit, tunesmith: own, others, failed, ...compared },
    lines: [
      ...ownLines(own, limit),
      ...(others.length > 0 ? comparisonLines(own, others) : []),
      ...failed.map(({ program, reason }) => `  ${program} did not run: ${reason}`),
    ],
  };
}
