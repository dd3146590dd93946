/** How far a job is: a bar, what it does, how many of how many, how fast, and when it will be done. */
import { Progress, Text } from '@mantine/core';
import type { Job } from '../../src/studio/wire/index.ts';
import { useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';
import { TASKS } from '../i18n/tasks.ts';
import { useFormat } from './use-format.ts';

export function ProgressLine({ progress }: { progress: NonNullable<Job['progress']> }) {
  const text = useTexts(SHELL);
  const tasks = useTexts(TASKS);
  const format = useFormat();
  const { task, done, total, unit, perSecond } = progress;
  const shown = (value: number) => (unit === 'bytes' ? format.bytes(value) : format.count(value));
  const name = tasks[task as keyof typeof tasks] ?? task;
  const isMoving = perSecond !== undefined && perSecond > 0;
  const facts = [
    `${name} ${shown(done)}${total === undefined ? '' : ` / ${shown(total)}`}`,
    isMoving && `${unit === 'bytes' ? format.bytes(perSecond) : format.figure(perSecond, 1)}/s`,
    isMoving && total !== undefined && text.left(format.duration((total - done) / perSecond)),
  ];
  return (
    <div>
      <Text size="xs" c="dimmed" style={{ fontVariantNumeric: 'tabular-nums' }}>
        {facts.filter(Boolean).join(' · ')}
      </Text>
      <Progress size="xs" value={total ? (100 * done) / total : 100} animated={!total} aria-label={name} />
    </div>
  );
}
