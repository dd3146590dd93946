/** Fields of how rows are read: the model whose tokenizer cuts them, its template, and where they end. */
import { Autocomplete, Group, NumberInput, Select } from '@mantine/core';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import type { ChosenReading } from './use-reading.ts';

/** The ones that users meet; any other name may be typed. */
const TEMPLATES = ['chatml', 'qwen', 'qwen3', 'llama3', 'gemma', 'alpaca', 'default'];

export function ReadingFields({ of }: { of: ChosenReading }) {
  const text = useTexts(DATA);
  const { reading, models, cutoff, template, setModel, setCutoff, setTemplate } = of;
  return (
    <Group gap="xs" align="flex-end">
      <Select
        label={text.modelChoice}
        data={models.map((one) => ({ value: one.name, label: one.title }))}
        value={reading?.model ?? null}
        onChange={(value) => setModel(value ?? '')}
        placeholder={text.noModel}
        allowDeselect={false}
        style={{ flex: '2 1 140px' }}
      />
      <Autocomplete
        label={text.templateChoice}
        data={TEMPLATES}
        value={template}
        onChange={setTemplate}
        placeholder={text.templateOwn}
        size="xs"
        style={{ flex: '1 1 110px' }}
      />
      <NumberInput
        label={text.cutoff}
        min={1}
        step={64}
        value={cutoff}
        onChange={(value) => Number(value) > 0 && setCutoff(Number(value))}
        style={{ flex: '1 1 90px' }}
      />
    </Group>
  );
}
