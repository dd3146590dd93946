/** The process that encodeApart starts: encodes one data set by threads, tells how far it is, and ends. */
import { DataError, textOf, told } from '../../core/index.ts';
import { streamDataset } from '../read-dataset.ts';
import type { ApartOrder, ApartReply } from './encode-apart.ts';
import { encodeInto } from './encode-into.ts';
import { EncoderThreads } from './encoder-threads.ts';

function tell(reply: ApartReply): void {
  process.send?.(reply);
}

process.once('message', async ({ folder, entry, keys, choice, plan, threads }: ApartOrder) => {
  const pool = new EncoderThreads(plan, threads);
  try {
    const stream = await streamDataset(entry, choice);
    await encodeInto(folder, { entry, stream, keys, onProgress: (progress) => tell({ progress }) }, pool);
    tell({ isDone: true });
  } catch (error) {
    const isKnown = error instanceof DataError || !(error instanceof Error);
    tell({ problem: told(isKnown ? textOf(error) : (error.stack ?? error.message)) });
  } finally {
    await pool.end();
    process.disconnect();
  }
});
process.on('disconnect', () => process.exit());
