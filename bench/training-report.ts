/** What the steps of a training come to: speeds, share of the machine's limit, losses side by side; as figures and as text. */
import { formatBytes } from '../src/core/index.ts';
import { formatSummary, type Summary, sum, summarize } from './statistics.ts';
import type { TrainingOutcome, TrainingStep } from './tasks/train.ts';

/** One turn of a program: what each step took and lost. */
export interface Turn {
  readonly seconds: readonly number[];
  readonly losses: readonly number[];
  readonly peakRssBytes: number;
}

/** Figures of all turns of one program; steps that only warm up are not timed. */
interface Figures {
  readonly program: string;
  /** Over all timed steps, each step's time being the median of the turns: what counts where batches differ in size. */
  readonly overall: { readonly rowsPerSecond: number; readonly tokensPerSecond: number };
  readonly stepSeconds: Summary;
  readonly rowsPerSecond: Summary;
  readonly tokensPerSecond: Summary;
  readonly peakRssBytes: number;
  /** Of each step of the first turn, warm-up included. */
  readonly losses: readonly number[];
}

/** What our own steps say beside that. */
interface OwnFigures extends Figures {
  readonly loadSeconds: number;
  readonly gradNorms: readonly number[];
  readonly positionsPerSecond: Summary;
  readonly gigaFlops: Summary;
  /** Of the machine's limit. */
  readonly limitShare: number;
  /** What the limit would give, by arithmetic. */
  readonly limitRowsPerSecond: number;
  readonly batch: {
    readonly rows: number;
    readonly prefix: string;
    readonly rowLength: string;
    readonly labels: string;
  };
}

type Work = Pick<TrainingStep, 'rows' | 'tokens'>;

/** @param warmUp steps at the start of each turn that are not timed */
export function figuresOf(
  program: string,
  turns: readonly Turn[],
  work: readonly Work[],
  warmUp: number,
): Figures {
  const each = (of: (step: Work) => number) => summarize(ratesOf(turns, work.map(of), warmUp));
  const seconds = sum(stepTimes(turns, warmUp));
  const all = (of: (step: Work) => number) => sum(work.slice(warmUp).map(of)) / seconds;
  return {
    program,
    overall: { rowsPerSecond: all(({ rows }) => rows), tokensPerSecond: all(({ tokens }) => tokens) },
    stepSeconds: summarize(turns.flatMap(({ seconds }) => seconds.slice(warmUp))),
    rowsPerSecond: each(({ rows }) => rows),
    tokensPerSecond: each(({ tokens }) => tokens),
    peakRssBytes: Math.max(...turns.map(({ peakRssBytes }) => peakRssBytes)),
    losses: turns[0]!.losses,
  };
}

export function ownFigures(
  turns: readonly (TrainingOutcome & { readonly peakRssBytes: number })[],
  { warmUp, limit }: { warmUp: number; limit: number },
): OwnFigures {
  const [first] = turns;
  const { steps } = first!;
  const timed = steps.slice(warmUp);
  const asTurns = turns.map(turnOf);
  const gigaFlop = sum(timed.map((step) => step.gigaFlop));
  const gigaFlops = summarize(
    ratesOf(
      asTurns,
      steps.map((step) => step.gigaFlop),
      warmUp,
    ),
  );
  const positions = steps.map((step) => step.positions);
  return {
    ...figuresOf('tunesmith', asTurns, steps, warmUp),
    loadSeconds: first!.loadSeconds,
    gradNorms: steps.map(({ gradNorm }) => gradNorm),
    positionsPerSecond: summarize(ratesOf(asTurns, positions, warmUp)),
    gigaFlops,
    limitShare: gigaFlop / sum(stepTimes(asTurns, warmUp)) / limit,
    limitRowsPerSecond: (limit * sum(timed.map(({ rows }) => rows))) / gigaFlop,
    batch: {
      rows: timed[0]!.rows,
      prefix: range(timed.map(({ prefix }) => prefix)),
      rowLength: range(timed.map(({ rowLength }) => rowLength)),
      labels: range(timed.map(({ labels }) => labels)),
    },
  };
}

function turnOf({ steps, peakRssBytes }: TrainingOutcome & { readonly peakRssBytes: number }): Turn {
  return {
    seconds: steps.map(({ seconds }) => seconds),
    losses: steps.map(({ loss }) => loss),
    peakRssBytes,
  };
}

export function ownLines(figures: OwnFigures, limit: number): string[] {
  const { batch, gigaFlops, loadSeconds, overall, stepSeconds } = figures;
  const percent = (100 * figures.limitShare).toFixed(0);
  return [
    `  batch        ${batch.rows} rows: prefix ${batch.prefix} once, rows of ${batch.rowLength}, ${batch.labels} labels`,
    `  step         ${formatSummary(stepSeconds, 3)} s, ${stepSeconds.count} timed; ${loadSeconds.toFixed(1)} s to load`,
    `  rows/s       ${overall.rowsPerSecond.toFixed(2)} over all, each step ${formatSummary(figures.rowsPerSecond)}; the limit would give ${figures.limitRowsPerSecond.toFixed(1)}`,
    `  tokens/s     ${overall.tokensPerSecond.toFixed(0)} real, each step ${formatSummary(figures.tokensPerSecond, 0)}; ${formatSummary(figures.positionsPerSecond, 0)} positions computed`,
    `  GFLOP/s      ${formatSummary(gigaFlops, 0)}: ${percent} % of ${limit.toFixed(0)}`,
    `  peak memory  ${formatBytes(figures.peakRssBytes)}`,
    `  losses       ${figures.losses.map((loss) => loss.toFixed(4)).join(' ')}`,
  ];
}

/** Our figures against the others': the ratio that counts is against the fastest of them. */
export function comparisonLines(own: Figures, others: readonly Figures[]): string[] {
  const all = [own, ...others];
  const width = Math.max(...all.map(({ program }) => program.length));
  const fastest = fastestOf(others);
  const header = `  ${'step'.padEnd(6)}${all.map(({ program }) => program.padStart(width + 2)).join('')}`;
  return [
    ...all.map(
      ({ program, overall, rowsPerSecond, peakRssBytes }) =>
        `  ${program.padEnd(width)}  ${overall.rowsPerSecond.toFixed(2)} rows/s, ${overall.tokensPerSecond.toFixed(0)} tokens/s over all, each step ${formatSummary(rowsPerSecond)} rows/s, peak ${formatBytes(peakRssBytes)}`,
    ),
    `  ratio against ${fastest.program}: ${ratio(own, fastest).toFixed(2)}; memory ${(own.peakRssBytes / fastest.peakRssBytes).toFixed(2)}`,
    header,
    ...own.losses.map(
      (_, step) =>
        `  ${String(step + 1).padEnd(6)}${all.map(({ losses }) => (losses[step]?.toFixed(4) ?? '-').padStart(width + 2)).join('')}`,
    ),
  ];
}

export function fastestOf(figures: readonly Figures[]): Figures {
  return figures.reduce((best, one) => (ratio(one, best) > 1 ? one : best));
}

/** How many times as fast the one is, over the same steps. */
export function ratio(one: Figures, other: Figures): number {
  return one.overall.rowsPerSecond / other.overall.rowsPerSecond;
}

/** Of each timed step, the median of all turns. */
function stepTimes(turns: readonly Turn[], warmUp: number): number[] {
  const steps = turns[0]!.seconds.map((_, step) => turns.map(({ seconds }) => seconds[step]!));
  return steps.slice(warmUp).map((seconds) => summarize(seconds).median);
}

/** Work per second of every timed step. */
function ratesOf(turns: readonly Turn[], work: readonly number[], warmUp: number): number[] {
  return turns.flatMap(({ seconds }) => seconds.map((value, step) => work[step]! / value).slice(warmUp));
}

function range(values: readonly number[]): string {
  const { lowest, highest } = summarize(values);
  return lowest === highest ? String(lowest) : `${lowest} to ${highest}`;
}
