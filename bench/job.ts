/** What a job of the bench is, and what it is given. */
import { join } from 'node:path';
import { type ResolvedModel, resolveModel } from '../src/hub/index.ts';
import { ROOT } from './rows.ts';
import { say } from './say.ts';

export const PEERS = ['llamafactory', 'pytorch', 'llamacpp'] as const;
export type PeerName = (typeof PEERS)[number];

export interface BenchOptions {
  /** Tiny models and a few steps: shows that the job works, and no speed. */
  readonly small: boolean;
  readonly threads: number;
  /** Timed steps of a round. */
  readonly steps: number;
  /** How often each of the programs compared has its turn, one after the other. */
  readonly rounds: number;
  readonly against: PeerName | undefined;
  /** Holds thucnews/ and llamafactory/. */
  readonly data: string;
  readonly acceptLicense: boolean;
  readonly shape: string;
  /** The job's own, gone when it ends. */
  readonly folder: string;
  /** The machine's, in GFLOP/s. */
  readonly limit: number;
}

/** What a job found: figures for a file, and lines for people. */
export interface Findings {
  readonly settings: object;
  readonly results: object;
  readonly lines: readonly string[];
}

export interface Job {
  readonly name: string;
  readonly summary: string;
  /** Runs when no job is named. */
  readonly isDefault: boolean;
  /** Programs that can do the same. */
  readonly peers: readonly PeerName[];
  run(options: BenchOptions): Promise<Findings>;
}

/** A starter, or in small mode the tiny model of the same family. */
export async function modelFor(
  starter: 'smollm2-135m-instruct' | 'gemma-3-270m',
  { small, acceptLicense }: BenchOptions,
): Promise<ResolvedModel> {
  if (small) {
    const family = starter === 'gemma-3-270m' ? 'gemma3_text' : 'llama';
    return resolveModel(join(ROOT, 'test', 'golden', 'models', family));
  }
  const told = new Set<string>();
  return resolveModel(`starter:${starter}`, {
    acceptLicense,
    onProgress: ({ task }) => {
      if (!told.has(task)) say(`${starter}: ${task}`);
      told.add(task);
    },
  });
}
