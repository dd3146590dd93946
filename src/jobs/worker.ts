/**
 * The process of a job: takes its settings from standard input, tells the starter by a message that it holds the
 * folder, and from then on speaks through the folder alone. Standard output and error are the run's log.
 */
import { text } from 'node:stream/consumers';
import { resolveRunConfig } from '../config/index.ts';
import {
  createLogger,
  type Language,
  messageOf,
  type Told,
  TunesmithError,
  textOf,
  told,
} from '../core/index.ts';
import type { RunEvent } from '../runs/index.ts';
import { runJob } from './run-job.ts';

/** What the starter writes to standard input, as JSON. */
export interface Order {
  readonly config: Record<string, unknown>;
  readonly language: Language;
}

/** The one message to the starter. */
export type Claimed =
  | { readonly claimed: true }
  | (Told & { readonly claimed: false; readonly code: string });

const logger = createLogger((line) => process.stdout.write(line));

function tell(message: Claimed): void {
  if (!process.connected) return; // said already, or the starter has gone
  process.send!(message, () => process.connected && process.disconnect());
}

/** What the log says of an event; nothing of most. */
function lineOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'log':
      return event.message;
    case 'state':
      return `state: ${event.state}${event.message ? `: ${event.message}` : ''}`;
    case 'checkpoint':
      return `checkpoint: ${event.path}`;
    case 'evaluation':
      return `step ${event.step}: evaluation loss ${event.evalLoss.toFixed(4)}`;
    case 'step':
      return event.loggedLoss === undefined
        ? undefined
        : `step ${event.step} of ${event.totalSteps}: loss ${event.loggedLoss.toFixed(4)}`;
    default:
      return undefined;
  }
}

function log(event: RunEvent): void {
  const line = lineOf(event);
  if (line !== undefined) logger[event.type === 'log' ? event.level : 'info'](line);
}

async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  try {
    const { config, language } = JSON.parse(await text(process.stdin)) as Order;
    await runJob(resolveRunConfig(config), {
      signal: stop.signal,
      language,
      onEvent: log,
      onClaimed: () => tell({ claimed: true }),
    });
  } catch (error) {
    // Mistakes of the user are said in their sentence; what is our own mistake needs its place.
    const isKnown = error instanceof TunesmithError;
    logger.error(isKnown || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message));
    tell({ claimed: false, code: isKnown ? error.code : 'internal', ...told(textOf(error)) });
    process.exitCode = 1;
  }
}

await main();
