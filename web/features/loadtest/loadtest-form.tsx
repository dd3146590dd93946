/** How hard a server of this studio is pressed, with which rows, and what has to hold. */
import {
  Anchor,
  Button,
  Group,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { DATASETS, LOADTESTS, SERVERS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { LOADTEST } from '../../i18n/loadtest.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { Answered, EmptyState } from '../../ui/states.tsx';
import { Submit } from '../../ui/submit.tsx';
import { useStored } from '../../ui/use-stored.ts';

interface Draft {
  readonly server: string;
  readonly model: string;
  readonly dataset: string;
  readonly endpoint: 'classify' | 'chat';
  readonly mode: 'closed' | 'ramp';
  readonly requests: number;
  readonly concurrency: number;
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
  readonly timeoutSeconds: number;
  readonly keepAlive: boolean;
  readonly p95: number | '';
  readonly targetQps: number | '';
  readonly price: number | '';
}

const FIRST: Draft = {
  server: '',
  model: '',
  dataset: '',
  endpoint: 'classify',
  mode: 'closed',
  requests: 200,
  concurrency: 4,
  from: 1,
  to: 100,
  stepSeconds: 10,
  timeoutSeconds: 30,
  keepAlive: true,
  p95: 500,
  targetQps: '',
  price: '',
};

type NumberKey = { [Key in keyof Draft]: Draft[Key] extends number | '' ? Key : never }[keyof Draft];

export function LoadtestForm() {
  const text = useTexts(LOADTEST);
  const servers = useAsk(SERVERS.list);
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {text.back}
      </Anchor>
      <PageHead title={text.start} about={text.emptyAbout} />
      <Answered of={servers}>
        {(data) => {
          const ready = data.servers.filter(({ isReady }) => isReady);
          if (ready.length > 0) return <Fields ready={ready} />;
          return (
            <EmptyState
              title={text.needServer}
              actions={
                <Button component={Link} href="~/serve">
                  {text.toServe}
                </Button>
              }
            />
          );
        }}
      </Answered>
    </>
  );
}

type Ready = readonly {
  readonly job: { readonly id: string; readonly title: string };
  readonly models: readonly { readonly name: string }[];
}[];

function Fields({ ready }: { ready: Ready }) {
  const text = useTexts(LOADTEST);
  const [, go] = useLocation();
  const [kept, setDraft] = useStored<Partial<Draft>>('loadtest.draft', FIRST);
  const draft: Draft = { ...FIRST, ...kept };
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const [key, setKey] = useState('');
  const datasets = useAsk(DATASETS.list).data?.datasets ?? [];
  const start = useDo(LOADTESTS.start);
  const server = ready.find(({ job }) => job.id === draft.server) ?? ready[0]!;
  const model = server.models.find(({ name }) => name === draft.model)?.name ?? server.models[0]?.name ?? '';
  const isRamp = draft.mode === 'ramp';
  const number = (
    name: NumberKey,
    label: string,
    { help, mayBeEmpty = false }: { help?: string; mayBeEmpty?: boolean } = {},
  ) => (
    <NumberInput
      label={label}
      {...(help !== undefined && { description: help })}
      min={0}
      value={draft[name]}
      onChange={(value) => {
        if (value === '' ? mayBeEmpty : Number(value) > 0) set({ [name]: value === '' ? '' : Number(value) });
      }}
    />
  );
  const isReady =
    draft.dataset !== '' && model !== '' && (!isRamp || (draft.p95 !== '' && draft.from <= draft.to));
  const launch = () => {
    const { mode: _, p95, targetQps, price, from, to, stepSeconds, ...rest } = draft;
    start.mutate(
      {
        body: {
          ...rest,
          server: server.job.id,
          model,
          ...(p95 !== '' && { serviceLevel: `p95=${p95}ms` }),
          ...(targetQps !== '' && { targetQps }),
          ...(price !== '' && { pricePerHour: price }),
          ...(isRamp && { ramp: { from, to, stepSeconds } }),
          ...(key !== '' && { key }),
        },
      },
      { onSuccess: ({ id }) => go(`/of/${id}`) },
    );
  };
  return (
    <form
      style={{ maxWidth: 680 }}
      onSubmit={(event) => {
        event.preventDefault();
        launch();
      }}
    >
      <Stack gap="md">
        <Group gap="sm" grow align="flex-start">
          <Select
            label={text.server}
            data={ready.map(({ job }) => ({ value: job.id, label: job.title }))}
            value={server.job.id}
            onChange={(id) => set({ server: id ?? '' })}
            allowDeselect={false}
          />
          <Select
            label={text.model}
            data={server.models.map(({ name }) => name)}
            value={model}
            onChange={(name) => set({ model: name ?? '' })}
            allowDeselect={false}
          />
        </Group>
        <Group gap="sm" grow align="flex-start">
          <Select
            label={text.dataset}
            description={text.datasetHelp}
            data={datasets.map(({ name }) => name)}
            value={draft.dataset || null}
            onChange={(dataset) => set({ dataset: dataset ?? '' })}
            searchable
          />
          <Select
            label={text.endpoint}
            description={text.endpointHelp}
            data={[
              { value: 'classify', label: '/v1/classify' },
              { value: 'chat', label: '/v1/chat/completions' },
            ]}
            value={draft.endpoint}
            onChange={(endpoint) => set({ endpoint: endpoint === 'chat' ? 'chat' : 'classify' })}
            allowDeselect={false}
          />
        </Group>
        <SegmentedControl
          aria-label={text.mode}
          value={draft.mode}
          onChange={(mode) => set({ mode: mode === 'ramp' ? 'ramp' : 'closed' })}
          data={[
            { value: 'closed', label: text.modes.closed },
            { value: 'ramp', label: text.modes.ramp },
          ]}
        />
        <Group gap="sm" grow align="flex-start">
          {isRamp ? (
            <>
              {number('from', text.from)}
              {number('to', text.to)}
              {number('stepSeconds', text.stepSeconds)}
            </>
          ) : (
            <>
              {number('requests', text.requests)}
              {number('concurrency', text.concurrency)}
            </>
          )}
          {number('timeoutSeconds', text.timeout)}
        </Group>
        <Switch
          label={text.keepAlive}
          checked={draft.keepAlive}
          onChange={(event) => set({ keepAlive: event.currentTarget.checked })}
        />
        <Title order={2}>{text.plan}</Title>
        <Group gap="sm" grow align="flex-start">
          {number('p95', text.p95, { help: text.p95Help, mayBeEmpty: !isRamp })}
          {number('targetQps', text.target, { help: text.targetHelp, mayBeEmpty: true })}
          {number('price', text.price, { help: text.priceHelp, mayBeEmpty: true })}
        </Group>
        <PasswordInput
          label={text.key}
          description={text.keyHelp}
          autoComplete="off"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        <Submit sending={start} isReady={isReady}>
          {text.go}
        </Submit>
      </Stack>
    </form>
  );
}
