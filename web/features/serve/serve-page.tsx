/** Serve: starting a server, its address and how it fares, and how to call it. */
import { Alert, Button, Group, NumberInput, Stack, Tabs, Text, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { JOBS, SERVERS, type Server, type ServerFigures } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SERVE } from '../../i18n/serve.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Figures } from '../../ui/figures.tsx';
import { JobLog } from '../../ui/job-log.tsx';
import { LazyPlot } from '../../ui/lazy-plot.tsx';
import { ModelPicker, type PickedModel, useTemplateOf } from '../../ui/model-picker.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { colorAt } from '../../ui/series-colors.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { Answered, EmptyState, ErrorState } from '../../ui/states.tsx';
import { useDark } from '../../ui/use-dark.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';
import { snippetsFor } from './snippets.ts';

export function ServePage() {
  const text = useTexts(SERVE);
  const list = useAsk(SERVERS.list);
  return (
    <>
      <PageHead title={text.title} about={text.about} />
      <StartForm />
      <Answered of={list}>
        {({ servers }) =>
          servers.length === 0 ? (
            <EmptyState title={text.empty}>{text.emptyAbout}</EmptyState>
          ) : (
            <Stack gap="md">
              {servers.map((server) => (
                <ServerCard key={server.job.id} server={server} />
              ))}
            </Stack>
          )
        }
      </Answered>
    </>
  );
}

function StartForm() {
  const text = useTexts(SERVE);
  const [picked, setPicked] = useStored<PickedModel>('serve.picked', { model: '', adapters: [] });
  const [port, setPort] = useStored('serve.port', 0);
  const template = useTemplateOf(picked);
  const start = useDo(SERVERS.start);
  return (
    <form
      className="panel"
      style={{ marginBottom: 16 }}
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate({
          body: {
            model: picked.model,
            adapters: [...picked.adapters],
            port,
            settings: template ? { template } : {},
          },
        });
      }}
    >
      <Group gap="sm" align="flex-end">
        <ModelPicker value={picked} onChange={setPicked} labels={text} />
        <NumberInput
          label={text.port}
          title={text.portHelp}
          w={96}
          min={0}
          max={65535}
          value={port}
          onChange={(value) => setPort(Number(value))}
        />
        <Button type="submit" loading={start.isPending} disabled={picked.model === ''} data-new>
          {text.start}
        </Button>
      </Group>
      {start.error && <ErrorState error={start.error} />}
    </form>
  );
}

function ServerCard({ server }: { server: Server }) {
  const text = useTexts(SERVE);
  const stop = useDo(JOBS.stop);
  const remove = useDo(JOBS.remove);
  const { job, models, isReady } = server;
  const params = { id: job.id };
  const isOpen = job.state === 'running' || job.state === 'queued';
  return (
    <section className="panel" aria-label={job.title}>
      <Group justify="space-between" mb="xs">
        <Group gap="sm">
          <Title order={2}>{job.title}</Title>
          <StateMark state={job.state} />
          {isReady && <code className="mono">{job.url}</code>}
        </Group>
        <Group gap="xs">
          <CopyButton value={job.command} label={text.command} />
          {isReady && (
            <>
              <Button variant="default" component={Link} href="~/chat">
                {text.chat}
              </Button>
              <Button variant="default" component={Link} href="~/loadtest">
                {text.loadtest}
              </Button>
            </>
          )}
          {isOpen ? (
            <Button variant="default" onClick={() => stop.mutate({ params, body: { atOnce: false } })}>
              {text.stop}
            </Button>
          ) : (
            <ConfirmButton
              question={text.removeQuestion(job.title)}
              yes={text.remove}
              onConfirm={() => remove.mutate({ params })}
            >
              {text.remove}
            </ConfirmButton>
          )}
        </Group>
      </Group>
      {job.message && <ErrorState error={new Error(job.message)} />}
      {isOpen && !isReady && (
        <>
          <Text size="sm">{text.loading}</Text>
          {job.progress && <ProgressLine progress={job.progress} />}
          <JobLog id={job.id} />
        </>
      )}
      {isReady && (
        <Stack gap="md">
          <LiveFigures id={job.id} />
          <Snippets url={job.url!} model={models[0]!.name} />
        </Stack>
      )}
    </section>
  );
}

/** The server's own counters, looked at as long as the page shows them. */
const LOOK_MS = 2000;
const SHOWN_POINTS = 150;

function LiveFigures({ id }: { id: string }) {
  const text = useTexts(SERVE);
  const format = useFormat();
  const isDark = useDark();
  const client = useAsk(SERVERS.figures, { params: { id } });
  const [points, setPoints] = useState<readonly { second: number; qps: number }[]>([]);
  const last = useRef<{ figures: ServerFigures; at: number }>(undefined);
  const began = useRef(performance.now());
  const { data, refetch } = client;
  useEffect(() => {
    const timer = setInterval(() => void refetch(), LOOK_MS);
    return () => clearInterval(timer);
  }, [refetch]);
  useEffect(() => {
    if (!data) return;
    const at = performance.now();
    if (last.current) {
      const seconds = (at - last.current.at) / 1000;
      const qps = (data.requests - last.current.figures.requests) / Math.max(0.001, seconds);
      setPoints((before) => [
        ...before.slice(1 - SHOWN_POINTS),
        { second: (at - began.current) / 1000, qps: Math.max(0, qps) },
      ]);
    }
    last.current = { figures: data, at };
  }, [data]);
  if (!data) return null;
  const ms = (seconds: number | undefined) =>
    seconds === undefined ? '–' : `${format.figure(1000 * seconds, 0)} ms`;
  return (
    <>
      <Figures
        of={[
          [text.requests, format.count(data.requests)],
          [text.failed, format.count(data.failed)],
          [text.qps, format.figure(points.at(-1)?.qps ?? 0, 1)],
          [text.inside, format.count(data.inside)],
          [text.p50, ms(data.p50)],
          [text.p95, ms(data.p95)],
          [text.p99, ms(data.p99)],
          [text.tokens, format.count(data.completionTokens)],
          [text.memory, data.memoryBytes === undefined ? '–' : format.bytes(data.memoryBytes)],
        ]}
      />
      {points.length > 1 && (
        <LazyPlot
          title={text.throughput}
          x={points.map(({ second }) => second)}
          xLabel={text.seconds}
          yLabel={text.qps}
          lines={[{ label: text.qps, color: colorAt(0, isDark), values: points.map(({ qps }) => qps) }]}
          height={140}
        />
      )}
    </>
  );
}

function Snippets({ url, model }: { url: string; model: string }) {
  const text = useTexts(SERVE);
  const snippets = snippetsFor(url, model);
  return (
    <div>
      <Title order={3} mb={4}>
        {text.snippets}
      </Title>
      <Tabs defaultValue="curl" keepMounted={false}>
        <Tabs.List>
          {snippets.map(({ name }) => (
            <Tabs.Tab key={name} value={name}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {snippets.map(({ name, code }) => (
          <Tabs.Panel key={name} value={name} pt="xs">
            <pre className="code" tabIndex={0}>
              {code}
            </pre>
            <Group mt="xs">
              <CopyButton value={code} />
            </Group>
          </Tabs.Panel>
        ))}
      </Tabs>
      <Alert p="xs" mt="xs" color="gray">
        {text.key}
      </Alert>
    </div>
  );
}
