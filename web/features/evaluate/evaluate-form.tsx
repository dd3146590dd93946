/** What is judged on which rows. An adapter brings its base model along. */
import { Anchor, Button, MultiSelect, NumberInput, Select, Stack, Switch } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { DATASETS, EVALUATIONS, MODELS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useStored } from '../../ui/use-stored.ts';

interface Draft {
  readonly model: string;
  readonly adapters: readonly string[];
  readonly dataset: string;
  readonly freeAnswers: boolean;
  readonly maxSamples: number | '';
}

const FIRST: Draft = { model: '', adapters: [], dataset: '', freeAnswers: false, maxSamples: '' };

export function EvaluateForm() {
  const all = useTexts(EVALUATE);
  const text = all.form;
  const [, go] = useLocation();
  const [query] = useSearchParams();
  const [draft, setDraft] = useStored<Draft>('evaluate.draft', FIRST);
  const [wanted, setWanted] = useState(query.get('adapter'));
  const models = useAsk(MODELS.list).data;
  const datasets = useAsk(DATASETS.list).data?.datasets ?? [];
  const start = useDo(EVALUATIONS.start);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  useEffect(() => {
    const adapter = models?.adapters.find(({ path }) => path === wanted);
    if (!adapter) return;
    setDraft((before) => ({ ...before, model: adapter.base, adapters: [adapter.path] }));
    setWanted(null);
  }, [models, wanted, setDraft]);
  const ofModel = (models?.adapters ?? []).filter(({ base }) => base === draft.model);
  const template = ofModel.find(({ path }) => draft.adapters.includes(path))?.template;
  const launch = () =>
    start.mutate(
      {
        body: {
          model: draft.model,
          adapters: [...draft.adapters],
          dataset: draft.dataset,
          freeAnswers: draft.freeAnswers,
          settings: {
            bf16: true,
            ...(template && { template }),
            ...(draft.maxSamples !== '' && { max_samples: draft.maxSamples }),
          },
        },
      },
      { onSuccess: ({ id }) => go(`/of/${id}`) },
    );
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {all.back}
      </Anchor>
      <PageHead title={text.title} about={all.emptyAbout} />
      <form
        style={{ maxWidth: 560 }}
        onSubmit={(event) => {
          event.preventDefault();
          launch();
        }}
      >
        <Stack gap="md">
          <Select
            label={text.model}
            description={text.modelHelp}
            data={(models?.models ?? []).map(({ name, title, isHere }) => ({
              value: name,
              label: title,
              disabled: !isHere,
            }))}
            value={draft.model || null}
            onChange={(model) => set({ model: model ?? '', adapters: [] })}
            searchable
          />
          <MultiSelect
            label={text.adapters}
            description={text.adaptersHelp}
            data={ofModel.map(({ path }) => path)}
            value={draft.adapters.filter((path) => ofModel.some((one) => one.path === path))}
            onChange={(adapters) => set({ adapters })}
            searchable
            clearable
          />
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
          {start.error && <ErrorState error={start.error} />}
          <Button
            type="submit"
            size="sm"
            style={{ alignSelf: 'start' }}
            loading={start.isPending}
            disabled={draft.model === '' || draft.dataset === ''}
          >
            {text.go}
          </Button>
        </Stack>
      </form>
    </>
  );
}
