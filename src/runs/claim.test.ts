import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunError } from '../core/index.ts';
import { Claim, livenessOf, type ProcessRecord, readProcess } from './claim.ts';
import { processStatus } from './process-identity.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claim-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const own: ProcessRecord = {
  pid: process.pid,
  host: hostname(),
  started: '2026-01-01T00:00:00.000Z',
  ...(processStatus(process.pid) ? { identity: processStatus(process.pid)!.identity } : {}),
};
/** Above every system's limit of process ids. */
const NO_PID = 2 ** 30;
const hasProc = processStatus(process.pid) !== undefined;

function leave(record: unknown, generation = 1): void {
  writeFileSync(
    join(folder, `process-${generation}.json`),
    typeof record === 'string' ? record : JSON.stringify(record),
  );
}

describe('livenessOf', () => {
  const cases: readonly (readonly [string, ProcessRecord, string])[] = [
    ['this process', own, 'alive'],
    ['a record without identity, as systems without /proc write', { ...own, identity: undefined! }, 'alive'],
    ['one that let go', { ...own, ended: own.started }, 'gone'],
    ['an id that no process has', { ...own, pid: NO_PID }, 'gone'],
    ['another host', { ...own, host: `${hostname()}-other` }, 'elsewhere'],
  ];
  it.each(cases)('%s', (_, record, expected) => expect(livenessOf(record)).toBe(expected));

  it.skipIf(!hasProc)('an id that another process got since (skipped without /proc)', () => {
    expect(livenessOf({ ...own, identity: own.identity!.replace(/\d+$/, (ticks) => `${+ticks - 1}`) })).toBe(
      'gone',
    );
    expect(livenessOf({ ...own, identity: `another-boot/${own.identity!.split('/')[1]}` })).toBe('gone');
  });
});

describe('Claim', () => {
  it('holds the folder until released', () => {
    const claim = Claim.take(folder);
    expect(readProcess(folder)).toEqual(claim.record);
    expect(() => Claim.take(folder)).toThrow(RunError);
    expect(() => Claim.take(folder)).toThrow(new RegExp(`process ${process.pid} is writing`));
    claim.release();
    expect(livenessOf(readProcess(folder)!)).toBe('gone');
    Claim.take(folder).release();
    expect(readdirSync(folder)).toEqual(['process-2.json']);
  });

  const taken: readonly (readonly [string, unknown])[] = [
    ['a process that is gone', { ...own, pid: NO_PID }],
    ['a record torn by a crash', '{"pid": 1'],
    ['an empty record', ''],
  ];
  it.each(taken)('takes over from %s', (_, record) => {
    leave(record, 7);
    const claim = Claim.take(folder);
    expect(readdirSync(folder)).toEqual(['process-8.json']);
    expect(claim.record.pid).toBe(process.pid);
  });

  it('refuses a folder that another host holds, and says which file to delete', () => {
    leave({ ...own, host: 'elsewhere-1' });
    expect(() => Claim.take(folder)).toThrow(/on host elsewhere-1 .* delete .*process-1\.json/);
  });

  it('is held by one at a time when processes race for it', async () => {
    leave({ ...own, pid: NO_PID });
    const racers = Array.from({ length: 3 }, () => startRacer(folder));
    await Promise.all(racers.map((racer) => racer.saysFirst));
    writeFileSync(join(folder, 'go'), '');
    const counts = await Promise.all(racers.map((racer) => racer.saysLast));
    expect(counts.every(({ held, broken }) => held > 0 && broken === 0)).toBe(true);
    expect(counts.reduce((sum, { refused }) => sum + refused, 0)).toBeGreaterThan(0);
    expect(readdirSync(folder).filter((name) => name.startsWith('process-'))).toHaveLength(1);
  });
});

interface RacerCounts {
  readonly held: number;
  readonly refused: number;
  /** How often another held the claim too. */
  readonly broken: number;
}

/** A process that waits for the file `go` and then takes and releases the claim again and again. */
function startRacer(folder: string): { saysFirst: Promise<unknown>; saysLast: Promise<RacerCounts> } {
  const code = `
    import { existsSync, rmSync, writeFileSync } from 'node:fs';
    import { Claim } from ${JSON.stringify(new URL('./claim.ts', import.meta.url).href)};
    const folder = ${JSON.stringify(folder)};
    const inside = folder + '/inside';
    const counts = { held: 0, refused: 0, broken: 0 };
    process.send('ready');
    while (!existsSync(folder + '/go'));
    while (counts.held < 25) {
      let claim;
      try {
        claim = Claim.take(folder);
      } catch (error) {
        if (error.code !== 'run') throw error;
        counts.refused++;
        continue;
      }
      counts.held++;
      try {
        writeFileSync(inside, '', { flag: 'wx' });
        rmSync(inside);
      } catch {
        counts.broken++;
      }
      claim.release();
    }
    process.send(counts, () => process.disconnect());
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const saysFirst = once(child, 'message');
  const saysLast = saysFirst.then(async () => (await once(child, 'message'))[0] as RacerCounts);
  return { saysFirst, saysLast };
}
