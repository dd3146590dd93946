/** How much memory a model takes for a use, and whether this machine has it: a figure, a mark and a word. */
import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { ModelNeeds, Need } from '../../../src/studio/wire/index.ts';
import { useTexts } from '../../i18n/language.tsx';
import { MODELS_TEXT } from '../../i18n/models.ts';
import { useFormat } from '../../ui/use-format.ts';

const MARKS = {
  fits: [IconCircleCheck, 'var(--ts-good)'],
  tight: [IconAlertTriangle, 'var(--ts-warn)'],
  'too large': [IconCircleX, 'var(--ts-bad)'],
} as const;

export function FitMark({ of, use }: { of: ModelNeeds | undefined; use: Need['use'] }) {
  const text = useTexts(MODELS_TEXT);
  const format = useFormat();
  const need = needFor(of, use, 'bf16');
  const wide = needFor(of, use, 'f32');
  if (!need) return '–';
  const [Icon, color] = MARKS[need.fit];
  const help = [text.fitHelp[need.fit], wide && text.inFloat32(format.bytes(wide.bytes))];
  return (
    <span style={{ whiteSpace: 'nowrap' }} title={help.filter(Boolean).join(' ')}>
      {format.bytes(need.bytes)}
      <br />
      <Text
        component="span"
        size="xs"
        c={color}
        style={{ display: 'inline-flex', gap: 3, alignItems: 'center' }}
      >
        <Icon size={13} stroke={1.8} aria-hidden />
        {text.fits[need.fit]}
      </Text>
    </span>
  );
}

function needFor(of: ModelNeeds | undefined, use: Need['use'], dtype: Need['dtype']): Need | undefined {
  return of?.needs.find((need) => need.use === use && need.dtype === dtype);
}
