/** A thread that encodes: loads the tokenizer once, then answers each piece with its encoding, in their order. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../core/index.ts';
import { getTemplate, loadTokenizer } from '../../text/index.ts';
import { rowRule } from '../encode-row.ts';
import { encodePiece, type PieceSample } from './encode-piece.ts';
import type { EncodingPlan, ThreadReply } from './encoder-threads.ts';

const { model, templateName, settings } = workerData as EncodingPlan;

function tell(reply: ThreadReply, transfer: ArrayBuffer[] = []): void {
  parentPort!.postMessage(reply, transfer);
}

const opening = (async () => {
  const tokenizer = await loadTokenizer(model);
  return rowRule(getTemplate(templateName, tokenizer), tokenizer, settings);
})();

parentPort!.on('message', async (samples: readonly (PieceSample | null)[]) => {
  try {
    const piece = encodePiece(samples, await opening);
    tell({ piece }, [piece.words.buffer, piece.index.buffer]);
  } catch (error) {
    tell({ problem: error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error) });
  }
});
