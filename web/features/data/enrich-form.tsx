/** Who the teacher is, what it adds, and under which name. What is typed is kept over a reload, but for the key. */
import {
  Alert,
  Autocomplete,
  Button,
  Collapse,
  Group,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import {
  commandLine,
  ENRICHMENTS,
  EnrichTask,
  enrichWords,
  MODELS,
  SERVERS,
} from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useStored } from '../../ui/use-stored.ts';
import { type EnrichDraft, FIRST_DRAFT, mayBeTold, settingsOf } from './enrich-draft.ts';
import { useFreeName } from './use-free-name.ts';

type NumberKey =
  | 'count'
  | 'concurrency'
  | 'temperature'
  | 'maxTokens'
  | 'maxSamples'
  | 'priceIn'
  | 'priceOut';

/** May be left empty. */
const OPTIONAL: readonly NumberKey[] = ['maxSamples', 'priceIn', 'priceOut'];

export function EnrichForm({ name, datasetDir }: { name: string; datasetDir: string }) {
  const text = useTexts(DATA).enrich;
  const [draft, setDraft] = useStored<EnrichDraft>('data.enrich', FIRST_DRAFT);
  const [as, setAs] = useFreeName(`${name}.enriched`, `${name}_${draft.task}`);
  const [apiKey, setApiKey] = useState('');
  const [isMore, setMore] = useState(false);
  const models = useAsk(MODELS.list).data?.models.filter(({ isHere }) => isHere) ?? [];
  const servers = useAsk(SERVERS.list).data?.servers ?? [];
  const start = useDo(ENRICHMENTS.start);
  const set = (change: Partial<EnrichDraft>) => setDraft((before) => ({ ...before, ...change }));
  const settings = settingsOf(draft, name, as);
  const { teacher } = settings;
  const isReady = teacher.kind === 'local' ? teacher.model !== '' : teacher.url !== '';
  const number = (key: NumberKey, step = 1) => (
    <NumberInput
      key={key}
      label={text.fields[key]}
      description={text.help[key]}
      min={0}
      step={step}
      value={draft[key]}
      onChange={(value) =>
        set({ [key]: value === '' ? (OPTIONAL.includes(key) ? '' : FIRST_DRAFT[key]) : Number(value) })
      }
    />
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const key = draft.kind === 'endpoint' && apiKey !== '' ? { apiKey } : {};
        start.mutate(
          { body: { ...settings, ...key } },
          {
            onSuccess: () => {
              setApiKey('');
              setAs(null);
            },
          },
        );
      }}
    >
      <Stack gap="sm">
        <Select
          label={text.task}
          description={text.tasks[draft.task]}
          data={EnrichTask.options.map((task) => ({ value: task, label: text.taskNames[task] }))}
          value={draft.task}
          onChange={(task) => {
            set({ task: EnrichTask.parse(task) });
            setAs(null);
          }}
          allowDeselect={false}
        />
        <SegmentedControl
          aria-label={text.teacher}
          data={[
            { value: 'endpoint', label: text.endpoint },
            { value: 'local', label: text.local },
          ]}
          value={draft.kind}
          onChange={(kind) => set({ kind: kind === 'local' ? 'local' : 'endpoint' })}
        />
        {draft.kind === 'local' ? (
          <Select
            label={text.model}
            description={text.localHelp}
            data={models.map((model) => ({ value: model.name, label: model.title }))}
            value={models.some((model) => model.name === draft.localModel) ? draft.localModel : null}
            onChange={(model) => set({ localModel: model ?? '' })}
            searchable
          />
        ) : (
          <>
            <Autocomplete
              label={text.url}
              description={text.urlHelp}
              placeholder="https://…/v1"
              data={servers.flatMap(({ job: { url } }) => (url === undefined ? [] : [`${url}/v1`]))}
              value={draft.url}
              onChange={(url) => set({ url })}
              size="xs"
            />
            <Group gap="xs" align="flex-end" grow>
              <TextInput
                label={text.model}
                description={text.modelHelp}
                value={draft.endpointModel}
                onChange={(event) => set({ endpointModel: event.currentTarget.value })}
              />
              <PasswordInput
                label={text.key}
                description={text.keyHelp}
                value={apiKey}
                onChange={(event) => setApiKey(event.currentTarget.value)}
                autoComplete="off"
                size="xs"
                visibilityToggleButtonProps={{ 'aria-label': text.showKey }}
              />
            </Group>
          </>
        )}
        <Group gap="xs" align="flex-end" grow>
          <TextInput label={text.as} value={as} onChange={(event) => setAs(event.currentTarget.value)} />
          {number('maxSamples')}
        </Group>
        {draft.task === 'paraphrase' && number('count')}
        {mayBeTold(draft) && (
          <Switch
            label={text.withLabel}
            description={text.withLabelHelp}
            checked={draft.withLabel}
            onChange={(event) => set({ withLabel: event.currentTarget.checked })}
          />
        )}
        {settings.withLabel && (
          <Alert color="yellow" p="xs">
            {text.told}
          </Alert>
        )}
        <Button
          variant="subtle"
          size="compact-xs"
          style={{ alignSelf: 'start' }}
          aria-expanded={isMore}
          onClick={() => setMore(!isMore)}
        >
          {text.more}
        </Button>
        <Collapse expanded={isMore}>
          <Stack gap="sm">
            <Textarea
              label={text.prompt}
              description={text.promptHelp}
              autosize
              minRows={3}
              maxRows={12}
              value={draft.prompt}
              onChange={(event) => set({ prompt: event.currentTarget.value })}
            />
            <Group gap="xs" align="flex-end" grow>
              {number('temperature', 0.1)}
              {number('maxTokens', 64)}
              {number('concurrency')}
            </Group>
            <Group gap="xs" align="flex-end" grow>
              {number('priceIn', 0.1)}
              {number('priceOut', 0.1)}
            </Group>
          </Stack>
        </Collapse>
        {start.error && <ErrorState error={start.error} />}
        <Button type="submit" style={{ alignSelf: 'start' }} loading={start.isPending} disabled={!isReady}>
          {text.go}
        </Button>
        <CommandLine command={commandLine(enrichWords(settings, { datasetDir, promptFile: 'prompt.txt' }))} />
      </Stack>
    </form>
  );
}
