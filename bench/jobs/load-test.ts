/**
 * `tunesmith loadtest` beside ApacheBench on the same endpoints, in turns: a server that stands in for a model, whose
 * delay is known, and a model's own classify and chat completions with one-word answers.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatAbReport, runLoadTest } from '../../src/loadtest/index.ts';
import { answerAfter, startStandIn } from '../../test/support/stand-in-server.ts';
import { withApiServer } from '../api-server.ts';
import { type BenchOptions, type Job, modelFor } from '../job.ts';
import { type AbFigures, formatFigures, type Pressing, readAbReport, runAb } from '../peers/apache-bench.ts';
import { CHANNELS, newsRows } from '../rows.ts';
import { say } from '../say.ts';

const FULL = { requests: 10_000, concurrency: 1000, delayMs: 50 };
const SMALL = { requests: 40, concurrency: 8, delayMs: 1 };
const TIMEOUT_SECONDS = 120;
const MODEL = 'model';

interface Turns {
  readonly endpoint: string;
  readonly ab: AbFigures[];
  readonly tunesmith: AbFigures[];
}

export const LOAD_TEST: Job = {
  name: 'load-test',
  summary: `ab -l -n ${FULL.requests} -c ${FULL.concurrency} -k and tunesmith loadtest on a stand-in, classify and chat`,
  isDefault: false,
  peers: [],
  async run(options) {
    const { small } = options;
    const size = small ? SMALL : FULL;
    const standIn = await startStandIn({ '/stand-in': answerAfter(size.delayMs) });
    const found: Turns[] = [];
    try {
      found.push(await takeTurns(`${standIn.origin}/stand-in`, {}, options));
    } finally {
      await standIn.close();
    }
    const model = await modelFor('smollm2-135m-instruct', options);
    const settings = [
      'template=chatml',
      `served_model_name=${MODEL}`,
      'bf16=true',
      `num_threads=${options.threads}`,
      `request_timeout=${TIMEOUT_SECONDS}`,
    ];
    await withApiServer([`model_name_or_path=${model.path}`, ...settings], async (origin) => {
      for (const [path, body] of Object.entries(bodies(options))) {
        found.push(await takeTurns(origin + path, body, options));
      }
    });
    return {
      settings: { ...size, model: model.name, settings },
      results: { found: found.map(plain) },
      lines: found.flatMap(linesOf),
    };
  },
};

/** One headline, as ab sends one body only. */
function bodies({ small, data }: BenchOptions): Record<string, object> {
  const [row] = small
    ? [{ system: 'Sort.', instruction: 'Which?', input: 'a goal' }]
    : newsRows(data, { from: 0, count: 1 });
  const { system, instruction, input } = row!;
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content: `${instruction}\n${input}` },
  ];
  return {
    '/v1/classify': { model: MODEL, messages, labels: CHANNELS, mode: 'argmax' },
    '/v1/chat/completions': { model: MODEL, messages, max_tokens: 2, temperature: 0 },
  };
}

async function takeTurns(url: string, body: object, options: BenchOptions): Promise<Turns> {
  const { requests, concurrency } = options.small ? SMALL : FULL;
  const bodyFile = join(options.folder, 'body.json');
  const text = JSON.stringify(body);
  writeFileSync(bodyFile, text);
  const pressing = { url, requests, concurrency, keepAlive: true, timeoutSeconds: TIMEOUT_SECONDS, bodyFile };
  const turns: Turns = { endpoint: new URL(url).pathname, ab: [], tunesmith: [] };
  for (let round = 0; round < options.rounds; round++) {
    say(`  ${turns.endpoint}, round ${round + 1}`);
    turns.ab.push(await runAb(pressing));
    turns.tunesmith.push(await runOwn(pressing, text));
  }
  return turns;
}

async function runOwn(pressing: Pressing, body: string): Promise<AbFigures> {
  const { url, requests, concurrency, keepAlive, timeoutSeconds } = pressing;
  const result = await runLoadTest({
    target: {
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      keepAlive,
      timeoutMs: timeoutSeconds * 1000,
    },
    requests: [{ body }],
    load: { kind: 'closed', concurrency, requests },
    warmup: 0,
    sameLength: false,
  });
  return readAbReport(formatAbReport(result));
}

function linesOf({ endpoint, ab, tunesmith }: Turns): string[] {
  return ab.flatMap((theirs, round) => [
    `  ${endpoint}`,
    `    ${formatFigures('ab', theirs)}`,
    `    ${formatFigures('tunesmith', tunesmith[round]!)}`,
  ]);
}

function plain({ endpoint, ab, tunesmith }: Turns): object {
  const ofOne = (figures: AbFigures) => ({
    ...figures,
    percentiles: Object.fromEntries(figures.percentiles),
  });
  return { endpoint, ab: ab.map(ofOne), tunesmith: tunesmith.map(ofOne) };
}
