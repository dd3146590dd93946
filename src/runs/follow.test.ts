import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FollowedEvent, followEvents } from './follow.ts';
import { RunDirectory } from './run-directory.ts';
import { openRunDirectory } from './run-view.ts';

let folder: string;
let outputDir: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'follow-'));
  outputDir = join(folder, 'run');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(): RunDirectory {
  return new RunDirectory({
    outputDir,
    runFile: '',
    model: 'tiny',
    datasets: [],
    cacheFolder: join(folder, 'cache'),
  });
}

const say = (directory: RunDirectory, message: string) =>
  directory.emit({ type: 'log', level: 'info', message });

/** What an event says, in a word. */
function told({ event }: FollowedEvent): string {
  if (event.type === 'log') return event.message;
  return event.type === 'state' ? event.state : event.type;
}

async function rest(iterator: AsyncIterable<FollowedEvent>): Promise<string[]> {
  const all: string[] = [];
  for await (const followed of iterator) all.push(told(followed));
  return all;
}

describe('followEvents', () => {
  it('gives what is there, then what comes, and ends with the run', async () => {
    const directory = open();
    say(directory, 'one');
    const iterator = followEvents(outputDir);
    expect(told((await iterator.next()).value!)).toBe('loading');
    expect(told((await iterator.next()).value!)).toBe('one');
    const coming = iterator.next();
    say(directory, 'two');
    say(directory, 'three');
    expect(told((await coming).value!)).toBe('two');
    expect(told((await iterator.next()).value!)).toBe('three');
    const last = rest(iterator);
    directory.close({ state: 'finished' });
    expect(await last).toEqual(['finished']);
  });

  it('waits for the rest of a torn line', async () => {
    const directory = open();
    const path = join(outputDir, 'events.jsonl');
    const iterator = followEvents(outputDir, { from: statSync(path).size });
    const coming = iterator.next();
    appendFileSync(path, '{"time":"2026-01-01T00:00:00.000Z","type":"log","level":"info",');
    appendFileSync(path, '"message":"whole"}\n');
    expect(told((await coming).value!)).toBe('whole');
    directory.close({ state: 'stopped' });
    expect(await rest(iterator)).toEqual(['stopped']);
  });

  it('goes on behind any event', async () => {
    const directory = open();
    for (const message of ['one', 'two', 'three']) say(directory, message);
    directory.close({ state: 'finished' });
    for await (const followed of followEvents(outputDir)) {
      if (told(followed) !== 'two') continue;
      expect(await rest(followEvents(outputDir, { from: followed.end }))).toEqual(['three', 'finished']);
    }
    expect(await rest(followEvents(outputDir, { from: openRunDirectory(outputDir).end }))).toEqual([]);
  });

  it('follows a run that was started again', async () => {
    open().close({ state: 'stopped' });
    const second = open();
    const iterator = followEvents(outputDir);
    const all = rest(iterator);
    second.close({ state: 'finished' });
    expect(await all).toEqual(['loading', 'stopped', 'loading', 'finished']);
  });

  it('ends when it is told to', async () => {
    const directory = open();
    const abort = new AbortController();
    const iterator = followEvents(outputDir, { signal: abort.signal });
    await iterator.next();
    const coming = iterator.next();
    abort.abort();
    expect((await coming).done).toBe(true);
    expect(await rest(followEvents(outputDir, { signal: AbortSignal.abort() }))).toEqual([]);
    directory.close({ state: 'finished' });
  });

  it('ends when the process is gone without a word', async () => {
    open().close({ state: 'finished' });
    writeFileSync(join(outputDir, 'events.jsonl'), '{"type":"state","state":"loading"}\n{"type":"st');
    expect(await rest(followEvents(outputDir))).toEqual(['loading']);
  });

  it('starts over when the file was written anew', async () => {
    open().close({ state: 'finished' });
    expect(await rest(followEvents(outputDir, { from: 1_000_000 }))).toEqual(['loading', 'finished']);
  });
});
