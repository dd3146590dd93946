/**
 * The process that sends the requests: takes one order from its starter, tells how far it is, and ends with what it
 * measured. A process of its own, so that nothing else delays the clock.
 */
import { type Told, TunesmithError, textOf, told } from '../core/index.ts';
import { type LoadProgress, type Measured, measure } from './measure.ts';
import type { LoadTestOrder } from './order.ts';
import { rehearse } from './rehearse.ts';

export type ToGenerator = { readonly order: LoadTestOrder } | { readonly stop: true };
export type FromGenerator =
  | { readonly progress: LoadProgress }
  | { readonly measured: Measured }
  | (Told & { readonly code: string });

/** Telling more often would cost time that belongs to the requests. */
const TELL_EVERY_MS = 250;

const stop = new AbortController();
let toldAt = 0;

function onProgress(progress: LoadProgress): void {
  const now = performance.now();
  if (now - toldAt < TELL_EVERY_MS) return;
  toldAt = now;
  process.send!({ progress } satisfies FromGenerator);
}

async function carryOut(order: LoadTestOrder): Promise<void> {
  let last: FromGenerator;
  try {
    await rehearse(order, stop.signal);
    last = { measured: await measure(order, { onProgress, signal: stop.signal }) };
  } catch (error) {
    // Mistakes of the user are said in their sentence; what is our own mistake needs its place.
    const isKnown = error instanceof TunesmithError || !(error instanceof Error);
    const text = isKnown ? textOf(error) : (error.stack ?? error.message);
    last = { code: error instanceof TunesmithError ? error.code : 'internal', ...told(text) };
  }
  process.send!(last, () => process.disconnect());
}

// The terminal sends Ctrl-C to both; the starter says what it means.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => stop.abort());
process.on('message', (message: ToGenerator) => {
  if ('stop' in message) stop.abort();
  else void carryOut(message.order);
});
