/** A data set as a file for other programs. */
import { Button, Group, Radio, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import {
  commandLine,
  EXPORTS,
  ExportFormat,
  exportFile,
  exportWords,
} from '../../../src/studio/wire/index.ts';
import { useDo } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';

interface Draft {
  readonly format: ExportFormat;
  readonly asList: boolean;
  readonly model: string;
}

const FIRST: Draft = { format: 'alpaca', asList: false, model: '' };
const MAY_BE_LISTS: readonly ExportFormat[] = ['alpaca', 'sharegpt', 'openai'];

export function ExportTab({ name, datasetDir }: { name: string; datasetDir: string }) {
  const text = useTexts(DATA).export;
  const numbers = useFormat();
  const [draft, setDraft] = useStored<Draft>('data.export', FIRST);
  const prepare = useDo(EXPORTS.prepare);
  const { format, asList, model } = draft;
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const isBatch = format === 'openai-batch';
  const asked = isBatch ? { format, model } : { format };
  const words = exportWords(name, { ...asked, file: exportFile(name, draft) }, datasetDir);
  return (
    <form
      style={{ maxWidth: 640 }}
      onSubmit={(event) => {
        event.preventDefault();
        prepare.mutate(
          { params: { name }, body: { ...asked, asList } },
          { onSuccess: ({ id, file }) => download(`/api/exports/${id}`, file) },
        );
      }}
    >
      <Stack gap="sm">
        <Radio.Group
          label={text.format}
          value={format}
          onChange={(value) => set({ format: ExportFormat.parse(value) })}
        >
          <Stack gap={6} mt={4}>
            {ExportFormat.options.map((one) => (
              <Radio key={one} value={one} label={one} description={text.formats[one]} size="xs" />
            ))}
          </Stack>
        </Radio.Group>
        {MAY_BE_LISTS.includes(format) && (
          <Switch
            label={text.asList}
            checked={asList}
            onChange={(event) => set({ asList: event.currentTarget.checked })}
          />
        )}
        {isBatch && (
          <TextInput
            label={text.model}
            description={text.modelHelp}
            value={model}
            required
            onChange={(event) => set({ model: event.currentTarget.value })}
          />
        )}
        <Group gap="sm">
          <Button
            type="submit"
            leftSection={<IconDownload size={14} />}
            loading={prepare.isPending}
            disabled={isBatch && model.trim() === ''}
          >
            {text.go}
          </Button>
          {prepare.data && (
            <Text size="sm" role="status">
              <a href={`/api/exports/${prepare.data.id}`} download={prepare.data.file}>
                {prepare.data.file}
              </a>{' '}
              {text.done(numbers.count(prepare.data.rows), numbers.bytes(prepare.data.sizeBytes))}{' '}
              {prepare.data.left > 0 && text.left(numbers.count(prepare.data.left))}
            </Text>
          )}
        </Group>
        {prepare.error && <ErrorState error={prepare.error} />}
        <CommandLine command={commandLine(words)} />
      </Stack>
    </form>
  );
}

function download(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}
