/** How far a job is: a bar, what it does, and how many of how many. */
import { Progress, Text } from '@mantine/core';
import type { Job } from '../../src/studio/wire/index.ts';
import { useTexts } from '../i18n/language.tsx';
import { TASKS } from '../i18n/tasks.ts';
import { useFormat } from './use-format.ts';

export function ProgressLine({ progress }: { progress: NonNullable<Job['progress']> }) {
  const tasks = useTexts(TASKS);
  const format = useFormat();
  const { task, done, total, unit } = progress;
  const shown = (value: number) => (unit === 'bytes' ? format.bytes(value) : format.count(value));
  const name = tasks[task as keyof typeof tasks] ?? task;
  return (
    <div>
      <Text size="xs" c="dimmed" style={{ fontVariantNumeric: 'tabular-nums' }}>
        {name} {shown(done)}
        {total === undefined ? '' : ` / ${shown(total)}`}
      </Text>
      <Progress size="xs" value={total ? (100 * done) / total : 100} animated={!total} aria-label={name} />
    </div>
  );
}
