/** One experiment: its verdict with the reasons, its stages as they are carried out, and its file. */
import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { EXPERIMENTS, type Experiment, JOBS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { EXPERIMENTS_TEXT } from '../../i18n/experiments.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { EntryTable } from '../../ui/entry-table.tsx';
import { JobLog } from '../../ui/job-log.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { Answered, FailureState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { VerdictMark } from '../../ui/verdict-mark.tsx';

export function ExperimentView({ id }: { id: string }) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const list = useAsk(EXPERIMENTS.list);
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {text.back}
      </Anchor>
      <Answered of={list}>
        {({ experiments }) => {
          const experiment = experiments.find((one) => one.id === id);
          return experiment ? <Found experiment={experiment} /> : <Text>{text.empty}</Text>;
        }}
      </Answered>
    </>
  );
}

function Found({ experiment }: { experiment: Experiment }) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const { job, decision, id } = experiment;
  return (
    <Stack gap="md">
      <PageHead
        title={experiment.name}
        about={experiment.question}
        actions={<Actions experiment={experiment} />}
      />
      {decision && (
        <div className="panel">
          <VerdictMark decision={decision} size={24} />
        </div>
      )}
      <FailureState of={experiment.message === undefined ? job : experiment} />
      {experiment.checks.length > 0 && <Criteria experiment={experiment} />}
      {job?.progress && <ProgressLine progress={job.progress} />}
      <Stages experiment={experiment} />
      {job && job.state === 'running' && <JobLog id={job.id} />}
      <section>
        <Group justify="space-between" mb="xs">
          <Title order={2}>{text.file}</Title>
          <CopyButton value={experiment.file} />
        </Group>
        <pre className="code" tabIndex={0}>
          {experiment.file}
        </pre>
        <Text size="xs" c="dimmed" mt={4} className="mono">
          {job?.command ?? `tunesmith experiment experiments/${id}/experiment.yaml`}
        </Text>
      </section>
    </Stack>
  );
}

function Actions({ experiment }: { experiment: Experiment }) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const [, go] = useLocation();
  const stop = useDo(JOBS.stop);
  const resume = useDo(EXPERIMENTS.resume);
  const archive = useDo(EXPERIMENTS.archive);
  const { id, job, isArchived } = experiment;
  const params = { id };
  const isOpen = job !== undefined && (job.state === 'running' || job.state === 'queued');
  return (
    <>
      {experiment.reportWritten !== undefined && (
        <Button component={Link} href={`~/report/${encodeURIComponent(id)}`}>
          {text.report}
        </Button>
      )}
      {isOpen ? (
        <Button
          variant="default"
          onClick={() => stop.mutate({ params: { id: job.id }, body: { atOnce: false } })}
        >
          {text.stop}
        </Button>
      ) : (
        experiment.state !== 'finished' && (
          <Button variant="default" loading={resume.isPending} onClick={() => resume.mutate({ params })}>
            {text.resume}
          </Button>
        )
      )}
      <Button variant="default" onClick={() => go(`/new?from=${encodeURIComponent(id)}`)}>
        {text.clone}
      </Button>
      {!isOpen && (
        <Button
          variant="default"
          onClick={() => archive.mutate({ params, body: { isArchived: !isArchived } })}
        >
          {isArchived ? text.restore : text.archive}
        </Button>
      )}
    </>
  );
}

const COLORS = { met: 'var(--ts-good)', failed: 'var(--ts-bad)', open: 'var(--ts-warn)' };
const MARKS = { met: '✓', failed: '✗', open: '?' };

function Criteria({ experiment }: { experiment: Experiment }) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const format = useFormat();
  const asked = ({ check, metric, against, bound, atConcurrency }: Experiment['checks'][number]) => {
    const name = text.metrics[metric as keyof typeof text.metrics] ?? metric;
    const what =
      check === 'beats'
        ? text.checks.beats(name, against ?? '')
        : text.checks[check](name, format.figure(bound, bound !== undefined && bound < 2 ? 2 : 0));
    return what + (atConcurrency === undefined ? '' : text.at(format.count(atConcurrency)));
  };
  return (
    <section>
      <Title order={2} mb="xs">
        {text.criteria}
      </Title>
      <EntryTable
        entries={experiment.checks}
        keyOf={asked}
        columns={[
          { title: text.criterion, cell: asked },
          {
            title: text.outcome,
            cell: ({ outcome }) => (
              <span style={{ color: COLORS[outcome], fontWeight: 600, whiteSpace: 'nowrap' }}>
                {MARKS[outcome]} {text.outcomes[outcome]}
              </span>
            ),
          },
          {
            title: text.measured,
            isNumber: true,
            cell: ({ difference, figure }) => {
              const shown = difference ?? figure;
              if (!shown) return text.notMeasured;
              const digits = Math.abs(shown.value) < 2 ? 3 : 1;
              const sign = difference && difference.value > 0 ? '+' : '';
              return `${sign}${format.figure(shown.value, digits)} [${format.figure(shown.low, digits)}, ${format.figure(shown.high, digits)}]`;
            },
          },
        ]}
      />
    </section>
  );
}

function Stages({ experiment: { stages } }: { experiment: Experiment }) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const format = useFormat();
  if (stages.length === 0) return null;
  return (
    <section>
      <Title order={2} mb="xs">
        {text.stages}
      </Title>
      <EntryTable
        entries={stages}
        keyOf={({ id }) => id}
        columns={[
          {
            title: text.stage,
            cell: ({ kind }) => text.kinds[kind as keyof typeof text.kinds] ?? kind,
          },
          { title: text.models, cell: ({ subject }) => subject || '–' },
          { title: text.updatedState, cell: ({ state }) => text.stageStates[state] },
          {
            title: text.seconds,
            isNumber: true,
            cell: ({ seconds }) => (seconds === undefined ? '–' : format.figure(seconds, 1)),
          },
        ]}
      />
    </section>
  );
}
