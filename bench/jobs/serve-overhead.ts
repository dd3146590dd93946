/**
 * What the server costs beside the model: a stub answers at once, a hundred clients keep asking. Processor time and
 * time a request, and the memory after a hundred thousand of them.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { formatBytes } from '../../src/core/index.ts';
import type { Job } from '../job.ts';
import { say } from '../say.ts';
import type { Used } from '../stub-process.ts';

const SERVER = fileURLToPath(new URL('../stub-process.ts', import.meta.url));
const CONCURRENCY = 100;
const FULL = { requests: 5000, memoryRequests: 100_000, samples: 10 };
const SMALL = { requests: 200, memoryRequests: 500, samples: 5 };
/** Of the measured requests, sent before anything is measured: what is compiled by then stays so. */
const WARM_UP_SHARE = 0.5;

const messages = [
  { role: 'system', content: 'You sort tickets into queues.' },
  { role: 'user', content: 'Which queue? I was charged twice for one order, and nobody answers.' },
];
const ASKED = {
  chat: { path: '/v1/chat/completions', body: { model: 'tiny', messages } },
  'chat, streamed': { path: '/v1/chat/completions', body: { model: 'tiny', messages, stream: true } },
  classify: {
    path: '/v1/classify',
    body: { model: 'tiny', messages, labels: ['billing', 'shipping', 'login'] },
  },
} as const;
type Asked = (typeof ASKED)[keyof typeof ASKED];

interface Overhead {
  readonly cpuMs: number;
  readonly wallMs: number;
}

export const SERVE_OVERHEAD: Job = {
  name: 'serve-overhead',
  summary: `the server without a model: cost a request at concurrency ${CONCURRENCY}, memory over ${FULL.memoryRequests} requests`,
  isDefault: false,
  peers: [],
  async run({ small, rounds }) {
    const size = small ? SMALL : FULL;
    const server = fork(SERVER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const [{ url }] = (await once(server, 'message')) as [{ url: string }];
    const clients = new Pool(url, { connections: CONCURRENCY, pipelining: 1 });
    try {
      for (const asked of Object.values(ASKED)) await press(clients, asked, size.requests * WARM_UP_SHARE);
      const overheads: Record<string, Overhead[]> = {};
      for (let round = 1; round <= rounds; round++) {
        for (const [name, asked] of Object.entries(ASKED)) {
          say(`  round ${round} of ${rounds}: ${name}`);
          overheads[name] = [
            ...(overheads[name] ?? []),
            await measure(server, clients, asked, size.requests),
          ];
        }
      }
      const memory: Used[] = [];
      for (let sample = 0; sample < size.samples; sample++) {
        await press(clients, ASKED.chat, size.memoryRequests / size.samples);
        memory.push(await usedBy(server));
      }
      return {
        settings: { concurrency: CONCURRENCY, ...size },
        results: { overheads, memory },
        lines: [
          ...Object.entries(overheads).map(([name, each]) => lineOf(name, each)),
          memoryLine(memory, size.memoryRequests),
        ],
      };
    } finally {
      await clients.close();
      server.kill();
    }
  },
};

/** Sends so many requests, a hundred at a time. */
async function press(clients: Pool, { path, body }: Asked, count: number): Promise<void> {
  const text = JSON.stringify(body);
  let left = count;
  const client = async () => {
    while (left-- > 0) {
      const { statusCode, body: answer } = await clients.request({
        path,
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: text,
      });
      const said = await answer.text();
      if (statusCode !== 200) throw new Error(`internal: ${path} gave ${statusCode}: ${said}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
}

async function measure(server: ChildProcess, clients: Pool, asked: Asked, count: number): Promise<Overhead> {
  const before = await usedBy(server);
  const began = performance.now();
  await press(clients, asked, count);
  const wallMs = (performance.now() - began) / count;
  return { cpuMs: ((await usedBy(server)).cpuMs - before.cpuMs) / count, wallMs };
}

async function usedBy(server: ChildProcess): Promise<Used> {
  server.send('used');
  const [used] = (await once(server, 'message')) as [Used];
  return used;
}

function lineOf(name: string, each: readonly Overhead[]): string {
  const best = (key: keyof Overhead) => Math.min(...each.map((one) => one[key]));
  return `  ${name}: ${best('cpuMs').toFixed(3)} ms of processor time a request, an answer every ${best('wallMs').toFixed(3)} ms`;
}

function memoryLine(memory: readonly Used[], requests: number): string {
  const [first, last] = [memory[0]!, memory.at(-1)!];
  const grown = last.heapBytes - first.heapBytes;
  return (
    `  memory after ${requests / memory.length} and ${requests} requests: heap ${formatBytes(first.heapBytes)} and ` +
    `${formatBytes(last.heapBytes)} (${(grown / (requests - requests / memory.length)).toFixed(1)} bytes a request), ` +
    `process ${formatBytes(first.rssBytes)} and ${formatBytes(last.rssBytes)}`
  );
}
