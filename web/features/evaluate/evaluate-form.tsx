/** Who is judged on which rows: models of this machine with their trainings and checkpoints, endpoints, predictions. */
import {
  Anchor,
  Button,
  FileButton,
  Group,
  MultiSelect,
  NumberInput,
  Pill,
  Select,
  Stack,
  Switch,
  Text,
  Title,
} from '@mantine/core';
import { IconPlus, IconUpload } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { DATASETS, EVALUATIONS, MODELS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { Submit } from '../../ui/submit.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';
import { EndpointFields } from './endpoint-fields.tsx';
import {
  type EvaluateDraft,
  endpointFault,
  FIRST_DRAFT,
  FIRST_ENDPOINT,
  judgedNames,
  orderOf,
} from './evaluate-draft.ts';

const PREDICTION_FILES = '.csv,.tsv,.json,.jsonl,.xlsx,.parquet';

export function EvaluateForm() {
  const all = useTexts(EVALUATE);
  const format = useFormat();
  const text = all.form;
  const [, go] = useLocation();
  const [query] = useSearchParams();
  const [draft, setDraft] = useStored<EvaluateDraft>('evaluate.draft.2', FIRST_DRAFT);
  const [keys, setKeys] = useState<Readonly<Record<string, string>>>({});
  const [wanted, setWanted] = useState(query.get('adapter'));
  const adapters = useAsk(EVALUATIONS.adapters).data?.adapters;
  const datasets = useAsk(DATASETS.list).data?.datasets ?? [];
  const start = useDo(EVALUATIONS.start);
  const set = (change: Partial<EvaluateDraft>) => setDraft((before) => ({ ...before, ...change }));
  useEffect(() => {
    const adapter = adapters?.find(({ path }) => path === wanted);
    if (!adapter) return;
    setDraft((before) => ({ ...before, model: adapter.base, adapters: [adapter.path] }));
    setWanted(null);
  }, [adapters, wanted, setDraft]);
  const template = adapters?.find(({ path }) => draft.adapters.includes(path))?.template;
  const names = judgedNames(draft);
  const isReady =
    draft.dataset !== '' && names.length > 0 && draft.endpoints.every((one) => !endpointFault(one));
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {all.back}
      </Anchor>
      <PageHead title={text.title} about={all.emptyAbout} />
      <form
        style={{ maxWidth: 680 }}
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate(
            { body: orderOf(draft, { keys, template }) },
            { onSuccess: ({ id }) => go(`/of/${id}`) },
          );
        }}
      >
        <Stack gap="md">
          <Select
            label={text.dataset}
            description={text.datasetHelp}
            data={datasets.map(({ name, problem }) => ({
              value: name,
              label: name,
              disabled: problem !== undefined,
            }))}
            value={draft.dataset || null}
            onChange={(dataset) => set({ dataset: dataset ?? '' })}
            searchable
          />
          <OwnModels draft={draft} set={set} />
          <Others draft={draft} set={set} keys={keys} setKeys={setKeys} />
          <Select
            label={text.incumbent}
            description={text.incumbentHelp}
            data={[...new Set(names)]}
            value={names.includes(draft.incumbent) ? draft.incumbent : null}
            onChange={(incumbent) => set({ incumbent: incumbent ?? '' })}
            clearable
          />
          <NumberInput
            label={text.maxSamples}
            description={text.maxSamplesHelp}
            min={1}
            value={draft.maxSamples}
            onChange={(value) => set({ maxSamples: value === '' ? '' : Number(value) })}
          />
          <Switch
            label={text.free}
            description={text.freeHelp}
            checked={draft.freeAnswers}
            onChange={(event) => set({ freeAnswers: event.currentTarget.checked })}
          />
          <Submit sending={start} isReady={isReady}>
            {text.go}
          </Submit>
          {names.length > 0 && (
            <Text size="sm" c="dimmed">
              {text.judged(format.list(names))}
            </Text>
          )}
        </Stack>
      </form>
    </>
  );
}

interface PartProps {
  readonly draft: EvaluateDraft;
  readonly set: (change: Partial<EvaluateDraft>) => void;
}

function OwnModels({ draft, set }: PartProps) {
  const text = useTexts(EVALUATE).form;
  const models = useAsk(MODELS.list).data?.models ?? [];
  const adapters = useAsk(EVALUATIONS.adapters).data?.adapters ?? [];
  const ofModel = adapters.filter(({ base }) => base === draft.model);
  return (
    <>
      <Select
        label={text.model}
        description={text.modelHelp}
        data={models.map(({ name, title, isHere }) => ({ value: name, label: title, disabled: !isHere }))}
        value={draft.model || null}
        onChange={(model) => set({ model: model ?? '', adapters: [] })}
        searchable
        clearable
      />
      {draft.model !== '' && (
        <>
          <Switch
            label={text.base}
            checked={draft.withBase}
            onChange={(event) => set({ withBase: event.currentTarget.checked })}
          />
          <MultiSelect
            label={text.adapters}
            description={text.adaptersHelp}
            data={ofModel.map(({ path }) => path)}
            value={draft.adapters.filter((path) => ofModel.some((one) => one.path === path))}
            onChange={(chosen) => set({ adapters: chosen })}
            searchable
            clearable
          />
        </>
      )}
    </>
  );
}

function Others({
  draft,
  set,
  keys,
  setKeys,
}: PartProps & {
  keys: Readonly<Record<string, string>>;
  setKeys: (keys: Readonly<Record<string, string>>) => void;
}) {
  const text = useTexts(EVALUATE).form;
  const upload = useDo(DATASETS.upload);
  const { endpoints, predictions } = draft;
  const addFile = (file: File | null) => {
    if (!file) return;
    upload.mutate(
      { query: { name: file.name }, file },
      { onSuccess: ({ id, name }) => set({ predictions: [...predictions, { id, name }] }) },
    );
  };
  return (
    <section>
      <Title order={2}>{text.others}</Title>
      <Text size="sm" c="dimmed" mb="xs">
        {text.othersHelp}
      </Text>
      <Stack gap="sm">
        {endpoints.map((endpoint) => (
          <EndpointFields
            key={endpoint.id}
            endpoint={endpoint}
            apiKey={keys[endpoint.id] ?? ''}
            onKey={(key) => setKeys({ ...keys, [endpoint.id]: key })}
            onChange={(change) =>
              set({ endpoints: endpoints.map((one) => (one === endpoint ? { ...one, ...change } : one)) })
            }
            onRemove={() => set({ endpoints: endpoints.filter((one) => one !== endpoint) })}
          />
        ))}
        {predictions.length > 0 && (
          <Pill.Group aria-label={text.predictions}>
            {predictions.map(({ id, name }) => (
              <Pill
                key={id}
                withRemoveButton
                onRemove={() => set({ predictions: predictions.filter((one) => one.id !== id) })}
                removeButtonProps={{ 'aria-label': text.removeFile(name), tabIndex: 0, 'aria-hidden': false }}
              >
                {name}
              </Pill>
            ))}
          </Pill.Group>
        )}
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => {
              const name = endpoints.length === 0 ? FIRST_ENDPOINT.name : `online-${endpoints.length + 1}`;
              set({ endpoints: [...endpoints, { ...FIRST_ENDPOINT, name, id: `${Date.now()}` }] });
            }}
          >
            {text.addEndpoint}
          </Button>
          <FileButton
            accept={PREDICTION_FILES}
            onChange={addFile}
            inputProps={{ 'aria-label': text.addPredictions }}
          >
            {(props) => (
              <Button
                {...props}
                variant="default"
                leftSection={<IconUpload size={14} />}
                loading={upload.isPending}
              >
                {text.addPredictions}
              </Button>
            )}
          </FileButton>
        </Group>
        {upload.error && <ErrorState error={upload.error} />}
      </Stack>
    </section>
  );
}
