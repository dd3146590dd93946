/**
 * A command that a job's attendant started ends with it: where that was killed, nobody would see the command, stop it or
 * hear what it says. It ends as by Ctrl-C, so that what can be resumed is left in order.
 */

/** A server answers what it has accepted; whoever takes longer is ended. */
const GRACE_MS = 10_000;

/** Does nothing in a process that was not started with a channel to its starter. */
export function endWithStarter(): void {
  if (process.connected === undefined) return;
  if (!process.connected) process.exit(130); // it was gone before this program had begun
  process.on('disconnect', end);
  // A command that is done does not wait for its starter.
  process.channel?.unref();
}

function end(): void {
  // Nobody reads any more.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  setTimeout(() => process.exit(130), GRACE_MS).unref();
  if (!process.emit('SIGINT', 'SIGINT')) process.exit(130);
}
