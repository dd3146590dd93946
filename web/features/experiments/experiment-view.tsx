/** One experiment: its verdict with the reasons, its stages as they are carried out, and its file. */
import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { EXPERIMENTS, type Experiment, JOBS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { EXPERIMENTS_TEXT } from '../../i18n/experiments.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { JobLog } from '../../ui/job-log.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { Answered, ErrorState } from '../../ui/states.tsx';
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
  const { job, decision, message, id } = experiment;
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
      {(message ?? job?.message) && <ErrorState error={new Error(message ?? job?.message)} />}
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
      {experiment.hasReport && (
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

function Criteria({ experiment }: { experiment: Experiment }) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const format = useFormat();
  const color = { met: 'var(--ts-good)', failed: 'var(--ts-bad)', open: 'var(--ts-warn)' };
  const mark = { met: '✓', failed: '✗', open: '?' };
  return (
    <section>
      <Title order={2} mb="xs">
        {text.criteria}
      </Title>
      <div className="scroll-x panel" style={{ padding: 0 }}>
        <table className="table">
          <tbody>
            {experiment.checks.map((check) => {
              const { metric, outcome, bound, against, atConcurrency, figure, difference } = check;
              const what =
                check.check === 'beats'
                  ? text.checks.beats(metric, against ?? '')
                  : text.checks[check.check](
                      metric,
                      format.figure(bound, bound !== undefined && bound < 2 ? 2 : 0),
                    );
              const shown = difference ?? figure;
              const digits = shown && Math.abs(shown.value) < 2 ? 3 : 1;
              return (
                <tr key={`${metric} ${check.check} ${atConcurrency ?? ''} ${against ?? ''}`}>
                  <td>
                    {what}
                    {atConcurrency !== undefined && text.at(format.count(atConcurrency))}
                  </td>
                  <td style={{ color: color[outcome], fontWeight: 600 }}>
                    {mark[outcome]} {text.outcomes[outcome]}
                  </td>
                  <td className="number">
                    {shown
                      ? `${format.figure(shown.value, digits)} [${format.figure(shown.low, digits)}, ${format.figure(shown.high, digits)}]`
                      : text.notMeasured}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
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
      <div className="scroll-x panel" style={{ padding: 0 }}>
        <table className="table">
          <thead>
            <tr>
              <th>{text.stage}</th>
              <th>{text.models}</th>
              <th>{text.updatedState}</th>
              <th className="number">{text.seconds}</th>
            </tr>
          </thead>
          <tbody>
            {stages.map(({ id, kind, subject, state, seconds }) => (
              <tr key={id}>
                <td>{text.kinds[kind as keyof typeof text.kinds] ?? kind}</td>
                <td>{subject}</td>
                <td>{text.stageStates[state]}</td>
                <td className="number">{seconds === undefined ? '–' : format.figure(seconds, 1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
