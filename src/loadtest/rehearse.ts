/**
 * Sends requests to a small server of the generator's own, so that the first ones that count are not slow for want of
 * compiled code. Nothing of it is measured.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LoadTestOrder } from './order.ts';
import { Recorder } from './recorder.ts';
import { Traffic } from './traffic.ts';

/** Enough for the code to be compiled, and over in well under a second. */
const REQUESTS = 2000;
const CONCURRENCY = 20;
const LOOPBACK = '127.0.0.1';

export async function rehearse(order: LoadTestOrder, signal: AbortSignal): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  const url = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/`;
  const { keepAlive, timeoutMs } = order.target;
  // No header of the user's: some are keys.
  const target = { url, method: 'POST', headers: {}, keepAlive, timeoutMs };
  const traffic = new Traffic({ ...order, target, requests: [{ body: '{}' }], answers: undefined });
  const recorder = new Recorder(performance.now());
  try {
    const loop = { concurrency: CONCURRENCY, requests: REQUESTS };
    await traffic.closedLoop(loop, (outcome) => recorder.add(outcome), signal);
  } finally {
    traffic.close();
    server.close();
    server.closeAllConnections();
  }
}
