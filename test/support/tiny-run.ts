/** A small data set on disk and run settings for the tiny golden models: a training of milliseconds a step. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GOLDEN } from './golden.ts';

const QUEUES = ['billing', 'shipping', 'login'];
const TICKETS = [
  ['My invoice is wrong', 'I was charged twice', 'Please refund the order', 'The price changed after I paid'],
  ['Where is the parcel', 'The box came open', 'It was sent to another town', 'The driver did not ring'],
  ['I cannot sign in', 'The code never comes', 'My password is refused', 'I am locked out since noon'],
];

interface TinyRow {
  readonly instruction: string;
  readonly input: string;
  readonly output: string;
  readonly system: string;
}

/** Tickets and their queues, a new order number in each. */
function tinyRows(count: number): TinyRow[] {
  return Array.from({ length: count }, (_, index) => {
    const queue = index % QUEUES.length;
    const tickets = TICKETS[queue]!;
    return {
      instruction: 'Which queue?',
      input: `${tickets[Math.floor(index / QUEUES.length) % tickets.length]}, order ${index * 7}`,
      output: QUEUES[queue]!,
      system: 'You sort tickets.',
    };
  });
}

/**
 * Writes `<folder>/data` with the data sets tickets (20 rows) and held_out (7 rows).
 * @returns settings of a run of 2 epochs, 5 steps each
 */
export function tinySettings(folder: string, family = 'llama'): Record<string, unknown> {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const columns = { prompt: 'instruction', query: 'input', response: 'output', system: 'system' };
  const info = {
    tickets: { file_name: 'tickets.json', columns },
    held_out: { file_name: 'held_out.json', columns },
  };
  const rows = tinyRows(27);
  writeFileSync(join(data, 'dataset_info.json'), JSON.stringify(info));
  writeFileSync(join(data, 'tickets.json'), JSON.stringify(rows.slice(0, 20)));
  writeFileSync(join(data, 'held_out.json'), JSON.stringify(rows.slice(20)));
  return {
    model_name_or_path: join(GOLDEN, 'models', family),
    template: 'chatml',
    stage: 'sft',
    finetuning_type: 'lora',
    do_train: true,
    dataset: 'tickets',
    dataset_dir: data,
    output_dir: join(folder, 'out'),
    cache_dir: join(folder, 'cache'),
    per_device_train_batch_size: 4,
    num_train_epochs: 2,
    learning_rate: 5e-3,
    logging_steps: 1,
    num_threads: 1,
  };
}
