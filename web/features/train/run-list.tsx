/** All runs of the machine and what waits in the queue. */
import { Button, Checkbox, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { JOBS, type Job, RUNS, type Run } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { TRAIN } from '../../i18n/train.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Answered, EmptyState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useRunColors } from './use-run-colors.ts';

const MOST_COMPARED = 10;

export function RunList() {
  const text = useTexts(TRAIN);
  const [, go] = useLocation();
  const runs = useAsk(RUNS.list);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const start = (
    <Button leftSection={<IconPlus size={14} />} component={Link} href="/new" data-new>
      {text.start}
    </Button>
  );
  return (
    <>
      <PageHead
        title={text.title}
        about={text.about}
        actions={
          <>
            {chosen.length > 1 && (
              <Button variant="default" onClick={() => go(`/compare/${chosen.join(',')}`)}>
                {text.compare(chosen.length)}
              </Button>
            )}
            {start}
          </>
        }
      />
      <Answered of={runs}>
        {({ runs: all }) =>
          all.length === 0 ? (
            <EmptyState title={text.empty} actions={start}>
              {text.emptyAbout}
            </EmptyState>
          ) : (
            <RunTable runs={all} chosen={chosen} choose={setChosen} />
          )
        }
      </Answered>
      <Queue />
    </>
  );
}

function RunTable({
  runs,
  chosen,
  choose,
}: {
  runs: readonly Run[];
  chosen: readonly string[];
  choose: (ids: readonly string[]) => void;
}) {
  const text = useTexts(TRAIN);
  const format = useFormat();
  const colorOf = useRunColors();
  const toggle = (id: string) =>
    choose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <div className="scroll-x panel" style={{ padding: 0 }}>
      <table className="table">
        <thead>
          <tr>
            <th>
              <VisuallyHidden>{text.compareTitle}</VisuallyHidden>
            </th>
            <th>{text.run}</th>
            <th>{text.state}</th>
            <th>{text.model}</th>
            <th>{text.dataset}</th>
            <th className="number">{text.progress}</th>
            <th className="number">{text.loss}</th>
            <th className="number">{text.started}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map(({ id, folder, state, model, dataset, lastStep, started }) => (
            <tr key={id}>
              <td>
                <Checkbox
                  aria-label={text.select(folder)}
                  checked={chosen.includes(id)}
                  disabled={chosen.length >= MOST_COMPARED && !chosen.includes(id)}
                  onChange={() => toggle(id)}
                />
              </td>
              <td style={{ overflowWrap: 'anywhere' }}>
                <span aria-hidden style={{ color: colorOf(id) }}>
                  ■
                </span>{' '}
                <Link href={`/run/${id}`}>{folder}</Link>
              </td>
              <td>
                <StateMark state={state} />
              </td>
              <td>{model}</td>
              <td>{dataset}</td>
              <td className="number">
                {lastStep ? `${format.count(lastStep.step)} / ${format.count(lastStep.totalSteps)}` : '–'}
              </td>
              <td className="number">{format.figure(lastStep?.loggedLoss ?? lastStep?.loss)}</td>
              <td className="number">{format.date(started)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Jobs of every kind that run or wait, and those that went wrong. */
function Queue() {
  const text = useTexts(TRAIN);
  const { data } = useAsk(JOBS.list);
  const shown =
    data?.jobs.filter(({ state }) => ['queued', 'running', 'failed', 'died'].includes(state)) ?? [];
  if (shown.length === 0) return null;
  return (
    <Stack gap="xs" mt="lg">
      <Title order={2}>{text.queue}</Title>
      <div className="panel" style={{ padding: 0 }}>
        <table className="table">
          <tbody>
            {shown.slice(0, 20).map((job) => (
              <QueueRow key={job.id} job={job} />
            ))}
          </tbody>
        </table>
      </div>
    </Stack>
  );
}

function QueueRow({ job }: { job: Job }) {
  const text = useTexts(TRAIN);
  const said = useSaid();
  const stop = useDo(JOBS.stop);
  const remove = useDo(JOBS.remove);
  const isOver = job.state === 'failed' || job.state === 'died';
  return (
    <tr>
      <td>{job.kind}</td>
      <td style={{ overflowWrap: 'anywhere' }}>
        {job.run ? <Link href={`/run/${job.run}`}>{job.title}</Link> : job.title}
      </td>
      <td>
        <StateMark state={job.state} />
      </td>
      <td style={{ width: '40%' }}>
        {job.progress && <ProgressLine progress={job.progress} />}
        {job.message && (
          <Text size="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {said({ message: job.message, zh: job.zh })}
          </Text>
        )}
      </td>
      <td className="number">
        {isOver ? (
          <ConfirmButton
            size="compact-xs"
            question={text.removeQuestion(job.title)}
            yes={text.remove}
            onConfirm={() => remove.mutate({ params: { id: job.id } })}
          >
            {text.remove}
          </ConfirmButton>
        ) : (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => stop.mutate({ params: { id: job.id }, body: { atOnce: false } })}
          >
            {text.live.stop}
          </Button>
        )}
      </td>
    </tr>
  );
}
