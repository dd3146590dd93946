/** The server with a stub in the model's place, in a process of its own: tells its address, and on demand what it used. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startStubServer } from '../test/support/stub-server.ts';

/** What the server's process has used so far; memory after a collection. */
export interface Used {
  readonly cpuMs: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  process.send!({ cpuMs: (user + system) / 1000, heapBytes: heapUsed, rssBytes: rss } satisfies Used);
});

const { url } = await startStubServer({ answer: 'yes', accessLog: false });
process.send!({ url });
