/** What is said about rows that were left out or cut: all of them in a file, the first few in the log. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AtomicFile, told } from '../core/index.ts';
import type { RowFinding } from '../data/index.ts';
import { FINDINGS_FILE, type OnRunEvent } from '../runs/index.ts';

/** Told one by one; more would hide everything else. */
const MAX_TOLD = 5;

/** Writes the findings of a run's rows, replacing those of an earlier run. */
export function reportFindings(outputDir: string, findings: Iterable<RowFinding>, onEvent: OnRunEvent): void {
  const path = join(outputDir, FINDINGS_FILE);
  const counts = { dropped: 0, cut: 0 };
  let file: AtomicFile | undefined;
  for (const finding of findings) {
    file ??= new AtomicFile(path);
    file.write(Buffer.from(`${JSON.stringify(finding)}\n`));
    if (counts.dropped + counts.cut < MAX_TOLD) onEvent({ type: 'finding', ...finding });
    counts[finding.kind]++;
  }
  if (!file) {
    rmSync(path, { force: true });
    return;
  }
  file.commit();
  const rows = (count: number) => `${count} ${count === 1 ? 'row' : 'rows'}`;
  onEvent({
    type: 'log',
    level: 'warn',
    ...told({
      en: `data: ${rows(counts.dropped)} left out, ${rows(counts.cut)} cut; all are named in ${path}`,
      zh: `数据：略去 ${counts.dropped} 行，截断 ${counts.cut} 行；详见 ${path}`,
    }),
  });
}
