/** Load test: pressing a server of this studio, the list of what was pressed, and what one found. */
import { Button, Group, NumberInput, Select, Switch, Text, TextInput } from '@mantine/core';
import { Link, Route, Switch as Routes, useLocation } from 'wouter';
import { DATASETS, LOADTESTS, SERVERS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { LOADTEST } from '../../i18n/loadtest.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Answered, EmptyState, ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';
import { LoadtestView } from './loadtest-view.tsx';

export function LoadtestPage() {
  return (
    <Routes>
      <Route path="/of/:id">{({ id }) => <LoadtestView key={id} id={id} />}</Route>
      <Route>
        <LoadtestList />
      </Route>
    </Routes>
  );
}

function LoadtestList() {
  const text = useTexts(LOADTEST);
  const format = useFormat();
  const list = useAsk(LOADTESTS.list);
  return (
    <>
      <PageHead title={text.title} about={text.about} />
      <StartForm />
      <Answered of={list}>
        {({ loadtests }) =>
          loadtests.length === 0 ? (
            <EmptyState title={text.empty}>{text.emptyAbout}</EmptyState>
          ) : (
            <div className="scroll-x panel" style={{ padding: 0 }}>
              <table className="table">
                <thead>
                  <tr>
                    <th>{text.model}</th>
                    <th>{text.dataset}</th>
                    <th className="number">{text.concurrency}</th>
                    <th>{text.state}</th>
                    <th className="number">{text.started}</th>
                  </tr>
                </thead>
                <tbody>
                  {loadtests.map(({ id, title, state, created, about }) => (
                    <tr key={id}>
                      <td>
                        <Link href={`/of/${id}`}>{title}</Link>
                      </td>
                      <td>{about?.['dataset']}</td>
                      <td className="number">{about?.['concurrency']}</td>
                      <td>
                        <StateMark state={state} />
                      </td>
                      <td className="number">{format.date(created)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answered>
    </>
  );
}

interface Draft {
  readonly server: string;
  readonly model: string;
  readonly dataset: string;
  readonly endpoint: 'classify' | 'chat';
  readonly requests: number;
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly keepAlive: boolean;
  readonly serviceLevel: string;
  readonly targetQps: number | '';
}

const FIRST: Draft = {
  server: '',
  model: '',
  dataset: '',
  endpoint: 'classify',
  requests: 200,
  concurrency: 4,
  timeoutSeconds: 30,
  keepAlive: true,
  serviceLevel: '',
  targetQps: '',
};

function StartForm() {
  const text = useTexts(LOADTEST);
  const [, go] = useLocation();
  const [draft, setDraft] = useStored<Draft>('loadtest.draft', FIRST);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const ready = (useAsk(SERVERS.list).data?.servers ?? []).filter(({ isReady }) => isReady);
  const datasets = useAsk(DATASETS.list).data?.datasets ?? [];
  const start = useDo(LOADTESTS.start);
  const server = ready.find(({ job }) => job.id === draft.server) ?? ready[0];
  const model = server?.models.find(({ name }) => name === draft.model)?.name ?? server?.models[0]?.name;
  if (!server || model === undefined) {
    return (
      <Text mb="md">
        {text.needServer} <Link href="~/serve">{text.toServe}</Link>
      </Text>
    );
  }
  const launch = () => {
    const { serviceLevel, targetQps, ...rest } = draft;
    start.mutate(
      {
        body: {
          ...rest,
          server: server.job.id,
          model,
          ...(serviceLevel !== '' && { serviceLevel }),
          ...(targetQps !== '' && { targetQps }),
        },
      },
      { onSuccess: ({ id }) => go(`/of/${id}`) },
    );
  };
  const number = (key: 'requests' | 'concurrency' | 'timeoutSeconds', label: string) => (
    <NumberInput
      label={label}
      w={110}
      min={1}
      value={draft[key]}
      onChange={(value) => Number(value) > 0 && set({ [key]: Number(value) })}
    />
  );
  return (
    <form
      className="panel"
      style={{ marginBottom: 16 }}
      onSubmit={(event) => {
        event.preventDefault();
        launch();
      }}
    >
      <Group gap="sm" align="flex-end">
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
        <Select
          label={text.endpoint}
          data={[
            { value: 'classify', label: '/v1/classify' },
            { value: 'chat', label: '/v1/chat/completions' },
          ]}
          value={draft.endpoint}
          onChange={(endpoint) => set({ endpoint: endpoint === 'chat' ? 'chat' : 'classify' })}
          allowDeselect={false}
        />
        <Select
          label={text.dataset}
          data={datasets.map(({ name }) => name)}
          value={draft.dataset || null}
          onChange={(dataset) => set({ dataset: dataset ?? '' })}
        />
        {number('requests', text.requests)}
        {number('concurrency', text.concurrency)}
        {number('timeoutSeconds', text.timeout)}
        <TextInput
          label={text.level}
          title={text.levelHelp}
          placeholder="p95<500ms"
          w={120}
          value={draft.serviceLevel}
          onChange={(event) => set({ serviceLevel: event.currentTarget.value })}
        />
        <NumberInput
          label={text.target}
          w={110}
          min={0}
          value={draft.targetQps}
          onChange={(value) => set({ targetQps: value === '' ? '' : Number(value) })}
        />
        <Switch
          label={text.keepAlive}
          checked={draft.keepAlive}
          onChange={(event) => set({ keepAlive: event.currentTarget.checked })}
        />
        <Button type="submit" loading={start.isPending} disabled={draft.dataset === ''} data-new>
          {text.start}
        </Button>
      </Group>
      {start.error && <ErrorState error={start.error} />}
    </form>
  );
}
