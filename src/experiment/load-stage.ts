/**
 * The stage that presses a candidate: its model is served for it, an endpoint is pressed where it is. Each level of
 * concurrency is one load test. Runs in the stage's own process; the generator and the server have theirs.
 */
import { assert, type OnProgress } from '../core/index.ts';
import { endpointTarget, parseEndpoint } from '../evaluate/index.ts';
import { testRows } from '../jobs/index.ts';
import { type LoadTestOrder, rowRequests, runLoadTest } from '../loadtest/index.ts';
import { type LoadOrder, runOf } from './order.ts';
import { serveCandidate } from './serve-candidate.ts';
import { type LoadLevel, writeResult } from './stage-results.ts';

/** An answer that takes longer counts as failed. */
const TIMEOUT_MS = 60_000;

type Pressed = Pick<LoadTestOrder, 'target' | 'requests' | 'answers'>;

export async function loadStage(order: LoadOrder, folder: string, onProgress: OnProgress): Promise<void> {
  const { candidate } = order;
  if (candidate.kind === 'endpoint') return press(await endpointPressed(order), order, folder, onProgress);
  await using served = await serveCandidate(runOf(candidate, order.adapter), {
    name: candidate.name,
    folder,
    version: order.version,
  });
  await press(await modelPressed(order, served.url), order, folder, onProgress);
}

async function press(
  pressed: Pressed,
  order: LoadOrder,
  folder: string,
  onProgress: OnProgress,
): Promise<void> {
  const { requests, concurrency, warmUp } = order.loadtest;
  const levels: LoadLevel[] = [];
  const total = requests * concurrency.length;
  for (const [index, clients] of concurrency.entries()) {
    const before = index * requests;
    const result = await runLoadTest(
      {
        ...pressed,
        load: { kind: 'closed', concurrency: clients, requests },
        // Every connection stands, and the model has seen the rows' common beginning, before the clock runs.
        warmup: Math.max(warmUp, clients),
        sameLength: false,
      },
      {
        onProgress: ({ stage, done }) =>
          stage === 'test' && onProgress({ task: 'press', done: before + done, total, unit: 'requests' }),
      },
    );
    levels.push({ concurrency: clients, result });
  }
  writeResult('load', folder, { levels });
}

async function modelPressed({ candidate, loadtest }: LoadOrder, url: string): Promise<Pressed> {
  const { samples, labels } = await testRows(candidate.run);
  const isChat = loadtest.path === 'chat';
  const answers = isChat ? 'chat' : 'classify';
  return {
    target: {
      url: `${url}/v1/${isChat ? 'chat/completions' : 'classify'}`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      keepAlive: true,
      timeoutMs: TIMEOUT_MS,
    },
    answers,
    requests: rowRequests(samples, {
      format: answers,
      model: candidate.name,
      labels,
      ...(isChat && { fields: { max_tokens: candidate.run.max_new_tokens } }),
    }),
  };
}

async function endpointPressed({ candidate }: LoadOrder): Promise<Pressed> {
  assert(candidate.kind === 'endpoint', `${candidate.name} is no endpoint`);
  const where = `candidates.${candidate.name}.endpoint`;
  const settings = parseEndpoint({ ...candidate.endpoint, name: candidate.name }, where, process.env);
  const { url, headers, bodyOf } = endpointTarget(settings);
  const { samples } = await testRows(candidate.run);
  const [first, ...others] = samples.map((sample) => ({ body: JSON.stringify(bodyOf(sample)) }));
  return {
    target: {
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      keepAlive: true,
      timeoutMs: settings.timeoutMs ?? TIMEOUT_MS,
    },
    requests: [first!, ...others],
  };
}
