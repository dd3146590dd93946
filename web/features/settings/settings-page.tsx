/** Settings: how the page looks, where models come from, what computes, what lies on the disk, and whose work this is. */
import { SegmentedControl, Stack, Text, Title, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { SETTINGS, STATUS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { SETTINGS_TEXT } from '../../i18n/settings.ts';
import { Figures } from '../../ui/figures.tsx';
import { KeyTable } from '../../ui/key-table.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Answered } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { Licenses } from './licenses.tsx';
import { SettingsForm } from './settings-form.tsx';
import { Storage } from './storage.tsx';
import { TokenFields } from './token-fields.tsx';

export function SettingsPage() {
  const text = useTexts(SETTINGS_TEXT);
  const status = useAsk(STATUS);
  const told = useAsk(SETTINGS.get);
  const format = useFormat();
  return (
    <>
      <PageHead title={text.title} about={status.data && text.about(status.data.version)} />
      <Stack gap="md" maw={880}>
        <Look />
        <Answered of={told}>
          {(data) => (
            <>
              <SettingsForm told={data} />
              <TokenFields tokens={data.tokens} />
            </>
          )}
        </Answered>
        <Section title={text.storage}>
          <Storage />
        </Section>
        {status.data && (
          <Section title={text.machine}>
            <Figures
              of={[
                ['CPU', `${status.data.processor || '–'} × ${format.count(status.data.processors)}`],
                ['RAM', format.bytes(status.data.memoryBytes)],
              ]}
            />
          </Section>
        )}
        <Section title={text.keys}>
          <KeyTable />
        </Section>
        <Section title={text.licenses}>
          <Licenses />
        </Section>
      </Stack>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="panel" aria-label={title}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      {children}
    </section>
  );
}

/** Holds at once, in this browser. */
function Look() {
  const text = useTexts(SETTINGS_TEXT);
  const { language, speak } = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title={text.look}>
      <div style={{ display: 'flex', gap: 24, flexWrap: 'wrap' }}>
        <div>
          <Text size="sm" id="settings-language">
            {text.language}
          </Text>
          <SegmentedControl
            aria-labelledby="settings-language"
            data={[
              { value: 'en', label: 'English' },
              { value: 'zh', label: '中文' },
            ]}
            value={language}
            onChange={(value) => speak(value === 'zh' ? 'zh' : 'en')}
          />
        </div>
        <div>
          <Text size="sm" id="settings-theme">
            {text.theme}
          </Text>
          <SegmentedControl
            aria-labelledby="settings-theme"
            data={(['auto', 'light', 'dark'] as const).map((value) => ({ value, label: text.themes[value] }))}
            value={colorScheme}
            onChange={(value) => setColorScheme(value as typeof colorScheme)}
          />
        </div>
      </div>
    </Section>
  );
}
