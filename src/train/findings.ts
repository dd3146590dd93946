/** What is said about rows that were left out or cut: all of them in a file, the first few in the log. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/index.ts';
import type { RowFinding } from '../data/index.ts';
import { FINDINGS_FILE, type OnRunEvent } from '../runs/index.ts';

/** Told one by one; more would hide everything else. */
const MAX_TOLD = 5;

/** Writes the findings of a run's rows, replacing those of an earlier run. */
export function reportFindings(
  outputDir: string,
  findings: readonly RowFinding[],
  onEvent: OnRunEvent,
): void {
  const path = join(outputDir, FINDINGS_FILE);
  if (findings.length === 0) {
    rmSync(path, { force: true });
    return;
  }
  writeFileAtomic(path, findings.map((finding) => `${JSON.stringify(finding)}\n`).join(''));
  for (const finding of findings.slice(0, MAX_TOLD)) onEvent({ type: 'finding', ...finding });
  const dropped = findings.filter(({ kind }) => kind === 'dropped').length;
  const rows = (count: number) => `${count} ${count === 1 ? 'row' : 'rows'}`;
  onEvent({
    type: 'log',
    level: 'warn',
    message: `data: ${rows(dropped)} left out, ${rows(findings.length - dropped)} cut; all are named in ${path}`,
  });
}
