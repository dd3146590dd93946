/** Getting a model: its name on a hub, looked at before a byte is fetched, or a folder of this machine. */
import { Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { MODELS, type ModelInfo } from '../../../src/studio/wire/index.ts';
import { useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { MODELS_TEXT } from '../../i18n/models.ts';
import { Figures } from '../../ui/figures.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';
import { FitMark } from './fit-mark.tsx';

type Source = 'hf' | 'ms' | 'path';

export function GetModel({ takesPaths }: { takesPaths: boolean }) {
  const text = useTexts(MODELS_TEXT);
  const [source, setSource] = useStored<Source>('models.source', 'hf');
  const [typed, setTyped] = useStored('models.typed', '');
  const look = useDo(MODELS.look);
  const add = useDo(MODELS.add);
  const isPath = source === 'path';
  const asked = isPath ? add : look;
  const forget = () => {
    look.reset();
    add.reset();
  };
  const sources = (['hf', 'ms', 'path'] as const).filter((one) => takesPaths || one !== 'path');
  return (
    <section className="panel" aria-label={text.get}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          forget();
          const name = typed.trim();
          if (isPath) add.mutate({ body: { path: name } }, { onSuccess: () => setTyped('') });
          else look.mutate({ body: { name: /^(hf|ms):/.test(name) ? name : `${source}:${name}` } });
        }}
      >
        <Group gap="sm" align="flex-end">
          <SegmentedControl
            aria-label={text.from}
            data={sources.map((value) => ({ value, label: text.sources[value] }))}
            value={source}
            onChange={(value) => {
              forget();
              setSource(value as Source);
            }}
          />
          <TextInput
            label={isPath ? text.path : text.hubName}
            placeholder={isPath ? text.pathHint : text.hubHint}
            value={typed}
            onChange={(event) => {
              forget();
              setTyped(event.currentTarget.value);
            }}
            spellCheck={false}
            data-search
            style={{ flex: 1, minWidth: 220 }}
          />
          <Button type="submit" loading={asked.isPending} disabled={typed.trim() === ''}>
            {isPath ? text.add : text.look}
          </Button>
        </Group>
      </form>
      {look.isPending && (
        <Text size="sm" c="dimmed" mt="xs" role="status">
          {text.looking}
        </Text>
      )}
      {asked.error && (
        <div style={{ marginTop: 12 }}>
          <ErrorState error={asked.error} />
        </div>
      )}
      {look.data && (
        <Found
          info={look.data}
          onFetch={() => {
            forget();
            setTyped('');
          }}
        />
      )}
    </section>
  );
}

function Found({ info, onFetch }: { info: ModelInfo; onFetch: () => void }) {
  const text = useTexts(MODELS_TEXT);
  const format = useFormat();
  const fetchModel = useDo(MODELS.fetch);
  const { name, id, endpoint, files = [], downloadBytes, family, license, freeBytes } = info;
  return (
    <Stack gap="xs" mt="md">
      <Group justify="space-between">
        <div style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
          <Text fw={600}>{id ?? name}</Text>
          <Text size="xs" c="dimmed">
            {[endpoint, family, text.files(format.count(files.length))].filter(Boolean).join(' · ')}
          </Text>
        </div>
        {info.isHere ? (
          <Text size="sm">{text.here}</Text>
        ) : (
          <Button
            leftSection={<IconDownload size={14} />}
            loading={fetchModel.isPending}
            onClick={() => fetchModel.mutate({ body: { name } }, { onSuccess: onFetch })}
          >
            {text.fetch}
          </Button>
        )}
      </Group>
      <Figures
        of={[
          ...(downloadBytes === undefined ? [] : [[text.download, format.bytes(downloadBytes)] as const]),
          [text.license, license ?? '–'],
          [text.free, format.bytes(freeBytes)],
          [text.train, <FitMark key="train" of={info} use="train" />],
          [text.serve, <FitMark key="serve" of={info} use="serve" />],
        ]}
      />
      {info.needs.length === 0 && (
        <Text size="sm" c="dimmed">
          {text.noConfig}
        </Text>
      )}
      {fetchModel.error && <ErrorState error={fetchModel.error} />}
    </Stack>
  );
}
