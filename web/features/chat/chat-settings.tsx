/** How answers are drawn: the sampling settings of the request, and whether the model thinks first. */
import { NumberInput, Select, SimpleGrid } from '@mantine/core';
import { CHAT } from '../../i18n/chat.ts';
import { useTexts } from '../../i18n/language.tsx';
import type { ChatSettings } from './chat-request.ts';

interface SettingsFieldsProps {
  readonly settings: ChatSettings;
  readonly onChange: (settings: ChatSettings) => void;
}

const BOUNDS = {
  temperature: { min: 0, max: 2, step: 0.1 },
  topP: { min: 0.05, max: 1, step: 0.05 },
  topK: { min: 0, max: 1000, step: 10 },
  repetitionPenalty: { min: 0.5, max: 2, step: 0.05 },
  maxTokens: { min: 1, max: 8192, step: 64 },
} as const;

export function SettingsFields({ settings, onChange }: SettingsFieldsProps) {
  const text = useTexts(CHAT);
  return (
    <>
      <Select
        label={text.thinking}
        data={[
          { value: 'auto', label: text.thinkingAuto },
          { value: 'on', label: text.thinkingOn },
          { value: 'off', label: text.thinkingOff },
        ]}
        value={settings.thinking}
        onChange={(thinking) =>
          thinking !== null && onChange({ ...settings, thinking: thinking as ChatSettings['thinking'] })
        }
        allowDeselect={false}
      />
      <SimpleGrid cols={2} spacing="xs">
        {(Object.keys(BOUNDS) as (keyof typeof BOUNDS)[]).map((key) => (
          <NumberInput
            key={key}
            label={text.sampling[key].name}
            title={text.sampling[key].help}
            {...BOUNDS[key]}
            value={settings[key]}
            onChange={(value) => value !== '' && onChange({ ...settings, [key]: Number(value) })}
          />
        ))}
        <NumberInput
          label={text.sampling.seed.name}
          title={text.sampling.seed.help}
          placeholder={text.byChance}
          min={0}
          allowDecimal={false}
          value={settings.seed ?? ''}
          onChange={(value) => onChange({ ...settings, seed: value === '' ? null : Number(value) })}
        />
      </SimpleGrid>
    </>
  );
}
