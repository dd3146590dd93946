/**
 * Serves a candidate's model as `tunesmith api` does, by processes of their own, for as long as a load test takes.
 * They end with whoever started them.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../config/index.ts';
import { serveModels } from '../serve/index.ts';

interface Served extends AsyncDisposable {
  /** Without a path. */
  readonly url: string;
}

export interface ServeCandidateOptions {
  /** What requests call the model. */
  readonly name: string;
  /** For the server's log. */
  readonly folder: string;
  /** Of the program. */
  readonly version: string;
}

/** @throws TunesmithError when it does not start */
export async function serveCandidate(
  run: RunConfig,
  { name, folder, version }: ServeCandidateOptions,
): Promise<Served> {
  const config = { ...run, host: '127.0.0.1', port: 0, access_log: false, served_model_name: [name] };
  const server = await serveModels(config, {
    version,
    log: (line) => appendFileSync(join(folder, 'serve.log'), `${line}\n`),
    // Nobody else is to reach it, and a key of the user's own service is none of its business.
    environment: {},
  });
  return {
    url: server.url,
    [Symbol.asyncDispose]: async () => {
      server.stop();
      await server.ended;
    },
  };
}
