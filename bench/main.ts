/**
 * `npm run bench -- [job …]`: measures how fast this machine trains, judges and answers, alone or in turns with others,
 * prints what it found, and keeps it as data on demand.
 */
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { SHAPE_NAMES } from '../scripts/random-model.ts';
import { ConfigError, nearestName, TunesmithError, writeJsonAtomic } from '../src/core/index.ts';
import { type BenchOptions, type Findings, type Job, PEERS, type PeerName } from './job.ts';
import { JOBS } from './jobs.ts';
import { describeMachine, formatMachine, type Machine } from './machine.ts';
import { inOwnProcess } from './own-process.ts';
import { MissingData, ROOT } from './rows.ts';
import { say } from './say.ts';
import { formatSummary, summarize } from './statistics.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

interface Words {
  readonly small?: true;
  readonly against?: PeerName;
  readonly json?: string | true;
  readonly threads?: number;
  readonly steps?: number;
  readonly rounds?: number;
  readonly data: string;
  readonly shape: string;
  readonly acceptLicense?: true;
}

/** What the limit is measured on: as many rows as a batch has, and a weight like a large layer's. */
const PRODUCTS = { rows: 512, width: 4096, runs: 8 };
const SMALL_PRODUCTS = { rows: 256, width: 256, runs: 4 };
/** Settings that say where things lay, which means nothing elsewhere. */
const PLACES = ['model_name_or_path', 'adapter_name_or_path', 'dataset_dir', 'output_dir', 'cache_dir'];

function command(): Command {
  const list = JOBS.map(
    ({ name, summary, isDefault }) => `  ${name.padEnd(18)}${summary}${isDefault ? '' : ' (by name only)'}`,
  );
  return new Command('bench')
    .description(`Jobs, all but those by name only when none is named:\n${list.join('\n')}`)
    .argument('[job...]')
    .option('--small', 'tiny models and a few steps: shows that jobs work, and no speed')
    .addOption(new Option('--against <program>', 'take turns with another program').choices(PEERS))
    .option('--json [file]', 'keep the figures; without a file in bench/results/<date>-<job>.json')
    .option('--threads <n>', 'compute threads; one for each physical core when absent', count)
    .option('--steps <n>', 'timed steps of a turn', count)
    .option('--rounds <n>', 'turns that each program takes', count)
    .option('--data <folder>', 'holds thucnews/ and llamafactory/', join(ROOT, '..', 'shared', 'data'))
    .addOption(
      new Option('--shape <name>', 'of the model in scale').choices(SHAPE_NAMES).default('qwen3-0.6b'),
    )
    .option('--accept-license', "accepts the starters' licences")
    .showHelpAfterError();
}

async function main(): Promise<void> {
  const program = command().parse();
  const words = program.opts<Words>();
  const jobs = chosen(program.args, words.against);
  if (typeof words.json === 'string' && jobs.length > 1) {
    throw new ConfigError(
      `bench: --json ${words.json} holds one job, but ${jobs.length} are to run; name one job`,
    );
  }
  const machine = describeMachine();
  console.log(formatMachine(machine));
  const limit = await measureLimit(words);
  const options = optionsOf(words, limit);
  for (const job of jobs) {
    console.log(`${job.name}: ${job.summary}`);
    try {
      const found = await inTemporaryFolder((folder) => job.run({ ...options, folder }));
      for (const line of found.lines) console.log(line);
      if (words.json) keep(words.json, { job, machine: { ...machine, ...limit }, found, options });
    } catch (error) {
      if (!(error instanceof MissingData) || program.args.length > 0) throw error;
      console.log(`  not run: ${error.message}`);
    }
  }
}

function chosen(names: readonly string[], against: PeerName | undefined): Job[] {
  const known = JOBS.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigError(
      `bench: there is no job ${unknown}; did you mean ${nearestName(unknown, known) ?? known.join(', ')}?`,
    );
  }
  const jobs =
    names.length > 0
      ? JOBS.filter(({ name }) => names.includes(name))
      : JOBS.filter(({ isDefault }) => isDefault);
  if (against === undefined) return jobs;
  const able = jobs.filter(({ peers }) => peers.includes(against));
  if (able.length === 0 || (names.length > 0 && able.length < jobs.length)) {
    const with_ = JOBS.filter(({ peers }) => peers.includes(against)).map(({ name }) => name);
    throw new ConfigError(`bench: ${against} can be compared in ${with_.join(', ')} only; name such a job`);
  }
  return able;
}

function optionsOf(words: Words, { threads, limitGigaFlops }: Limit): Omit<BenchOptions, 'folder'> {
  return {
    small: words.small === true,
    threads,
    limit: limitGigaFlops,
    steps: words.steps ?? (words.small ? 2 : 8),
    rounds: words.rounds ?? (words.against ? 3 : 1),
    against: words.against,
    data: resolve(words.data),
    acceptLicense: words.acceptLicense === true,
    shape: words.shape,
  };
}

/** How fast products can be here, with the threads that are asked for. */
interface Limit {
  readonly threads: number;
  readonly kernels: string;
  readonly limitGigaFlops: number;
}

async function measureLimit(words: Words): Promise<Limit> {
  const size = words.small ? SMALL_PRODUCTS : PRODUCTS;
  const order = { threads: words.threads ?? null, ...size };
  const { gigaFlops, kernels, threads } = await inOwnProcess('products', order);
  const summary = summarize(gigaFlops);
  console.log(
    `limit: bf16 [${size.rows}, ${size.width}] by [${size.width}, ${size.width}], ${threads} threads, kernels ${kernels}: ${formatSummary(summary, 0)} GFLOP/s`,
  );
  return { threads, kernels, limitGigaFlops: summary.highest };
}

interface Kept {
  readonly job: Job;
  readonly machine: Machine & Limit;
  readonly found: Findings;
  readonly options: Omit<BenchOptions, 'folder'>;
}

function keep(where: string | true, { job, machine, found, options }: Kept): void {
  const date = new Date().toISOString();
  const name = [date.slice(0, 10), job.name, job.name === 'scale' && options.shape, options.against];
  const file =
    where === true ? join(ROOT, 'bench', 'results', `${name.filter((part) => part).join('-')}.json`) : where;
  const settings = Object.entries(found.settings).filter(([key]) => !PLACES.includes(key));
  writeJsonAtomic(file, {
    job: job.name,
    date,
    small: options.small,
    machine,
    settings: Object.fromEntries(settings),
    results: found.results,
  });
  say(`  kept in ${file}`);
}

function count(word: string): number {
  const value = Number(word);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('give a whole number from 1');
}

try {
  await main();
} catch (error) {
  if (!(error instanceof TunesmithError)) throw error;
  say(`error: ${error.message}`);
  process.exitCode = 1;
}
