/** What the program goes by: hubs and their mirrors, device and threads. Saved as a whole. */
import { Alert, Button, Group, NumberInput, Select, SimpleGrid, Text, TextInput, Title } from '@mantine/core';
import type { z } from 'zod';
import { SETTINGS, type StudioSettings } from '../../../src/studio/wire/index.ts';
import { useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SETTINGS_TEXT } from '../../i18n/settings.ts';
import { ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';

type Told = z.output<typeof SETTINGS.get.response>;

export function SettingsForm({ told }: { told: Told }) {
  const text = useTexts(SETTINGS_TEXT);
  const format = useFormat();
  const { settings, effective, devices, processors } = told;
  // What was changed and not saved yet.
  const [draft, setDraft] = useStored<Partial<StudioSettings>>('settings.draft', {});
  const save = useDo(SETTINGS.save);
  const shown = { ...settings, ...draft };
  const isChanged = (Object.keys(draft) as (keyof StudioSettings)[]).some(
    (key) => draft[key] !== settings[key],
  );
  const change = (part: Partial<StudioSettings>) => {
    save.reset();
    setDraft({ ...draft, ...part });
  };
  const endpoint = (key: 'hfEndpoint' | 'msEndpoint', variable: string) => (
    <TextInput
      label={text[key]}
      description={text.endpointHelp(variable)}
      placeholder={effective[key]}
      value={shown[key]}
      onChange={(event) => change({ [key]: event.currentTarget.value })}
      spellCheck={false}
    />
  );
  return (
    <form
      className="panel"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ body: shown }, { onSuccess: () => setDraft({}) });
      }}
    >
      <Title order={2}>{text.hubs}</Title>
      <Text size="sm" c="dimmed" mb="xs">
        {text.hubsAbout}
      </Text>
      {effective.isOffline && (
        <Alert p="xs" mb="xs" color="yellow">
          {text.offline}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        <Select
          label={text.hub}
          description="USE_MODELSCOPE_HUB"
          data={[
            { value: '', label: text.asEnvironment(text.hubNames[effective.hub]) },
            { value: 'hf', label: text.hubNames.hf },
            { value: 'ms', label: text.hubNames.ms },
          ]}
          value={shown.hub}
          onChange={(hub) => change({ hub: (hub ?? '') as StudioSettings['hub'] })}
          allowDeselect={false}
        />
        {endpoint('hfEndpoint', 'HF_ENDPOINT')}
        {endpoint('msEndpoint', 'MODELSCOPE_ENDPOINT')}
      </SimpleGrid>
      <Title order={2} mt="md">
        {text.compute}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {text.computeAbout}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        <Select
          label={text.device}
          description={text.deviceHelp}
          data={devices}
          value={shown.device || 'auto'}
          onChange={(device) => change({ device: device === 'auto' ? '' : (device ?? '') })}
          allowDeselect={false}
        />
        <NumberInput
          label={text.threads}
          description={text.threadsHelp(format.count(processors))}
          min={1}
          max={1024}
          allowDecimal={false}
          value={shown.threads ?? ''}
          onChange={(value) => change({ threads: value === '' ? null : Number(value) })}
        />
      </SimpleGrid>
      <Group mt="md" gap="sm">
        <Button type="submit" loading={save.isPending} disabled={!isChanged}>
          {text.save}
        </Button>
        {save.isSuccess && !isChanged && (
          <Text size="sm" role="status">
            {text.saved}
          </Text>
        )}
      </Group>
      {save.error && <ErrorState error={save.error} />}
    </form>
  );
}
