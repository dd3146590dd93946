/** Curves from the events of a run: torn anywhere on the way, taken back by a resumed run, broken by a crash. */
import { afterEach, expect, it, vi } from 'vitest';
import { readSeries } from './series.ts';

const step = (number: number, loss: number | null) => ({
  ...{ type: 'step', step: number, totalSteps: 9, epoch: 1, elapsedSeconds: 1, remainingSeconds: 1 },
  ...{ loss, learningRate: 0.1 * number, gradNorm: 2, tokensPerSecond: 100 },
});
const EVENTS = [
  { type: 'log', time: '2026-01-01T00:00:00Z', message: 'begins', zh: '开始训练' },
  step(1, 3),
  step(2, 2),
  { type: 'evaluation', step: 2, evalLoss: 2.5 },
  step(3, null),
  { type: 'finding' },
  { type: 'state', state: 'running' },
  // Gone on from the checkpoint at step 1.
  step(2, 1.5),
];
const LINES = EVENTS.map((event) => `${JSON.stringify(event)}\n`).join('');

/** An answer whose bytes come so many at once. */
function answer(text: string, size: number): Response {
  const bytes = new TextEncoder().encode(text);
  return new Response(
    new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    }),
  );
}

afterEach(() => vi.unstubAllGlobals());

it.each([1, 7, 100, 1e6])('are the same in pieces of %d bytes', async (size) => {
  vi.stubGlobal('fetch', async () => answer(`${LINES}{"type":"step","st`, size));
  const series = await readSeries('a', new AbortController().signal);
  expect(series).toMatchObject({
    step: [1, 2],
    loss: [3, 1.5],
    learningRate: [0.1, 0.2],
    evaluation: { step: [], loss: [] },
    log: [{ message: 'begins', zh: '开始训练' }],
    findings: 1,
    end: new TextEncoder().encode(LINES).length,
  });
});

it('pass over a line that a crash tore, and are none for an empty file', async () => {
  vi.stubGlobal('fetch', async () => answer(`{"type":"st\n${JSON.stringify(step(1, 3))}\n`, 50));
  expect((await readSeries('a', new AbortController().signal)).step).toEqual([1]);
  vi.stubGlobal('fetch', async () => answer('', 50));
  expect(await readSeries('a', new AbortController().signal)).toMatchObject({ step: [], end: 0 });
});
