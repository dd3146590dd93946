/** A verdict: a mark, a word and a colour, so that none of them stands alone. */
import { IconCircleCheck, IconCircleX, IconHelpCircle } from '@tabler/icons-react';
import type { Experiment } from '../../src/studio/wire/index.ts';
import { EXPERIMENTS_TEXT } from '../i18n/experiments.ts';
import { useTexts } from '../i18n/language.tsx';

const MARKS = {
  go: [IconCircleCheck, 'var(--ts-good)'],
  no_go: [IconCircleX, 'var(--ts-bad)'],
  not_enough_evidence: [IconHelpCircle, 'var(--ts-warn)'],
} as const;

export function VerdictMark({
  decision,
  size = 16,
}: {
  decision: NonNullable<Experiment['decision']>;
  size?: number;
}) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const [Icon, color] = MARKS[decision];
  return (
    <span
      style={{
        display: 'inline-flex',
        gap: 6,
        alignItems: 'center',
        color,
        fontWeight: 600,
        fontSize: size - 2,
      }}
    >
      <Icon size={size} aria-hidden />
      {text.decisions[decision]}
    </span>
  );
}
