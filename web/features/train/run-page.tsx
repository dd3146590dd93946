/** One run, live: is it alive, is it learning, when is it done. */
import { Anchor, Button, Group, Slider, Stack, Switch, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { JOBS, RUNS, type RunDetail } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { TRAIN } from '../../i18n/train.ts';
import { Figures } from '../../ui/figures.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Answered, ErrorState, FailureState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';
import { Curves } from './curves.tsx';
import { RunActions } from './run-actions.tsx';
import { RunFile } from './run-file.tsx';
import type { Series } from './series.ts';
import { type Live, useLiveSeries } from './use-live-series.ts';
import { useRunColors } from './use-run-colors.ts';

/** How often the memory of a run is looked at; all else comes with its events. */
const LOOK_MS = 3000;

export function RunPage({ id }: { id: string }) {
  const run = useAsk(
    RUNS.get,
    { params: { id } },
    { everyMs: (data) => data?.state === 'running' && LOOK_MS },
  );
  const text = useTexts(TRAIN);
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {text.back}
      </Anchor>
      <Answered of={run}>
        {(detail) => (detail.isPending ? <PendingRun run={detail} /> : <RunView run={detail} />)}
      </Answered>
    </>
  );
}

/** Before its process writes: what the job says, and its place in the queue. */
function PendingRun({ run }: { run: RunDetail }) {
  const text = useTexts(TRAIN).live;
  const stop = useDo(JOBS.stop);
  const job = useAsk(JOBS.get, { params: { id: run.job ?? '' } }).data;
  return (
    <Stack gap="md">
      <PageHead
        title={run.folder}
        about={`${run.model} · ${run.dataset}`}
        actions={
          job &&
          (job.state === 'queued' || job.state === 'running') && (
            <Button
              variant="default"
              onClick={() => stop.mutate({ params: { id: job.id }, body: { atOnce: true } })}
            >
              {text.cancel}
            </Button>
          )
        }
      />
      <Figures of={[[text.alive, <StateMark key="state" state={run.state} />]]} />
      {run.message ? <FailureState of={run} /> : <Text c="dimmed">{text.waiting}</Text>}
      {job?.progress && <ProgressLine progress={job.progress} />}
      <RunFile run={run} />
    </Stack>
  );
}

function RunView({ run }: { run: RunDetail }) {
  const text = useTexts(TRAIN).live;
  const live = useLiveSeries(`${run.id}`);
  const [smoothing, setSmoothing] = useStored('smoothing', 0.8);
  const [isLog, setLog] = useStored('loss-log', false);
  const { series } = live;
  const colorOf = useRunColors();
  return (
    <Stack gap="md">
      <PageHead
        title={run.folder}
        about={`${run.model} · ${run.dataset}`}
        actions={<RunActions run={run} />}
      />
      {(run.state === 'failed' || run.state === 'died') && <FailureState of={run} />}
      <Glance run={run} live={live} />
      {live.progress && run.state === 'running' && <ProgressLine progress={live.progress} />}
      {live.error && <ErrorState error={live.error} />}
      {series && (
        <>
          <Group gap="lg" align="center">
            <Group gap="xs" style={{ width: 260 }}>
              <Text size="xs" c="dimmed">
                {text.smoothing}
              </Text>
              <Slider
                style={{ flex: 1 }}
                size="sm"
                min={0}
                max={0.99}
                step={0.01}
                value={smoothing}
                onChange={setSmoothing}
                thumbLabel={text.smoothing}
              />
            </Group>
            <Switch
              label={text.logScale}
              checked={isLog}
              onChange={(event) => setLog(event.currentTarget.checked)}
            />
          </Group>
          <Curves series={series} color={colorOf(run.id)} smoothing={smoothing} isLog={isLog} />
          <Log lines={series.log} />
        </>
      )}
      <RunFile run={run} />
    </Stack>
  );
}

function Glance({ run, live }: { run: RunDetail; live: Live }) {
  const text = useTexts(TRAIN).live;
  const format = useFormat();
  const step = live.lastStep ?? run.lastStep;
  const { series } = live;
  const isRunning = run.state === 'running';
  const phase = live.phase ?? run.phase;
  const phaseName = text.phase[phase as keyof typeof text.phase];
  return (
    <Figures
      of={[
        [
          text.alive,
          <span key="state" style={{ fontSize: 14 }}>
            <StateMark state={run.state} />
            {isRunning && phaseName ? ` · ${phaseName}` : ''}
          </span>,
        ],
        [text.step, step ? `${format.count(step.step)} / ${format.count(step.totalSteps)}` : '–'],
        [text.epoch, step ? format.figure(step.epoch, 2) : '–'],
        [text.loss, format.figure(series?.loss.at(-1) ?? run.lastStep?.loss)],
        [text.evalLoss, format.figure(series?.evaluation.loss.at(-1))],
        [text.learningRate, format.small(series?.learningRate.at(-1))],
        [text.speed, step ? format.count(step.tokensPerSecond) : '–'],
        [text.memory, run.memoryBytes === undefined ? '–' : format.bytes(run.memoryBytes)],
        isRunning
          ? [text.left, step ? format.duration(step.remainingSeconds) : '–']
          : [text.elapsed, step ? format.duration(step.elapsedSeconds) : '–'],
        [text.findings, format.count(series?.findings ?? 0)],
      ]}
    />
  );
}

function Log({ lines }: { lines: Series['log'] }) {
  const text = useTexts(TRAIN).live;
  const said = useSaid();
  return (
    <section aria-label={text.log}>
      <Title order={2} mb="xs">
        {text.log}
      </Title>
      {/* Scrolls, so it has to be reachable by keyboard. */}
      <pre className="code log" tabIndex={0}>
        {lines.length === 0
          ? text.noLog
          : lines.map((line) => `${line.time.slice(11, 19)}  ${said(line)}`).join('\n')}
      </pre>
    </section>
  );
}
