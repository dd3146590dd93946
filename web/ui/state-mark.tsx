/** How a run or job stands: a mark and a word, never colour alone. */
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconHelp,
  IconPlayerPlay,
  IconPlayerStop,
  IconSkull,
} from '@tabler/icons-react';
import { useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';

type State = keyof (typeof SHELL)['en']['states'];

const MARKS = {
  queued: [IconClock, 'var(--mantine-color-dimmed)'],
  running: [IconPlayerPlay, 'var(--mantine-primary-color-light-color)'],
  finished: [IconCircleCheck, 'var(--ts-good)'],
  stopped: [IconPlayerStop, 'var(--ts-warn)'],
  failed: [IconAlertTriangle, 'var(--ts-bad)'],
  died: [IconSkull, 'var(--ts-bad)'],
  unknown: [IconHelp, 'var(--mantine-color-dimmed)'],
} as const;

export function StateMark({ state }: { state: State }) {
  const text = useTexts(SHELL);
  const [Icon, color] = MARKS[state];
  return (
    <span style={{ display: 'inline-flex', gap: 4, alignItems: 'center', color, whiteSpace: 'nowrap' }}>
      <Icon size={15} stroke={1.8} aria-hidden />
      {text.states[state]}
    </span>
  );
}
