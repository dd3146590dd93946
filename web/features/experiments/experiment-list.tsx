/** One row an experiment: its candidates, the stage that it reached, its figure against the baseline, and the verdict. */
import { Button, Group, Switch } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { EXPERIMENTS, type Experiment } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { EXPERIMENTS_TEXT } from '../../i18n/experiments.ts';
import { useTexts } from '../../i18n/language.tsx';
import { isOpenJob } from '../../ui/job-actions.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { UndoAlert } from '../../ui/undo-alert.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { VerdictMark } from '../../ui/verdict-mark.tsx';

export function ExperimentList() {
  const text = useTexts(EXPERIMENTS_TEXT);
  const format = useFormat();
  const [, go] = useLocation();
  const { data, error, refetch } = useAsk(EXPERIMENTS.list);
  const archive = useDo(EXPERIMENTS.archive);
  const [areArchivedShown, setArchivedShown] = useState(false);
  const [archived, setArchived] = useState<string>();
  const setArchive = ({ id }: { id: string }, isArchived: boolean) =>
    archive.mutate(
      { params: { id }, body: { isArchived } },
      { onSuccess: () => setArchived(isArchived ? id : undefined) },
    );
  return (
    <ListPage
      text={text}
      of={{ data: data?.experiments, error, refetch }}
      isShown={({ isArchived }) => areArchivedShown || !isArchived}
      notice={
        <>
          {archived !== undefined && (
            <UndoAlert
              onUndo={() => setArchive({ id: archived }, false)}
              onClose={() => setArchived(undefined)}
            >
              {text.archived(archived)}
            </UndoAlert>
          )}
          {archive.error && <ErrorState error={archive.error} />}
        </>
      }
      foot={
        data?.experiments.some(({ isArchived }) => isArchived) && (
          <Switch
            mt="sm"
            label={text.showArchived}
            checked={areArchivedShown}
            onChange={(event) => setArchivedShown(event.currentTarget.checked)}
          />
        )
      }
      columns={[
        {
          title: text.name,
          cell: ({ id, name }) => <Link href={`/of/${encodeURIComponent(id)}`}>{name}</Link>,
        },
        { title: text.models, cell: ({ models }) => format.list(models) || '–' },
        { title: text.dataset, cell: ({ dataset }) => dataset || '–' },
        { title: text.stage, cell: (experiment) => <StageReached experiment={experiment} /> },
        { title: text.best, isNumber: true, cell: ({ best }) => (best ? <Best best={best} /> : '–') },
        {
          title: text.verdict,
          cell: ({ decision }) => (decision ? <VerdictMark decision={decision} /> : text.noVerdict),
        },
        { title: text.updated, isNumber: true, cell: ({ updated }) => format.date(updated) },
        {
          title: text.actions,
          isUntitled: true,
          isNumber: true,
          cell: (experiment) => (
            <Group gap={4} justify="flex-end" wrap="nowrap">
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                aria-label={`${text.clone} ${experiment.name}`}
                onClick={() => go(`/new?from=${encodeURIComponent(experiment.id)}`)}
              >
                {text.clone}
              </Button>
              {!(experiment.job && isOpenJob(experiment.job)) && (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  color="gray"
                  aria-label={`${experiment.isArchived ? text.restore : text.archive} ${experiment.name}`}
                  onClick={() => setArchive(experiment, !experiment.isArchived)}
                >
                  {experiment.isArchived ? text.restore : text.archive}
                </Button>
              )}
            </Group>
          ),
        },
      ]}
    />
  );
}

/** As the comparison's own words: below this a difference is no accident. */
const SIGNIFICANCE = 0.05;

function Best({ best }: { best: NonNullable<Experiment['best']> }) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const format = useFormat();
  const { metric, figure, against, baseline, corrected = 1 } = best;
  const name = text.metrics[metric as keyof typeof text.metrics] ?? metric;
  const isSignificant = corrected < SIGNIFICANCE;
  const change = baseline === undefined ? undefined : figure.value - baseline;
  const color = !isSignificant
    ? 'var(--mantine-color-dimmed)'
    : (change ?? 0) > 0
      ? 'var(--ts-good)'
      : 'var(--ts-bad)';
  return (
    <>
      <span title={`[${format.figure(figure.low, 3)}, ${format.figure(figure.high, 3)}]`}>
        {name} {format.figure(figure.value, 3)}
      </span>
      {change !== undefined && against !== undefined && (
        <span style={{ display: 'block', fontSize: 12, color }}>
          {change > 0 ? '+' : ''}
          {format.figure(change, 3)} {text.thanBaseline(against)}
          {!isSignificant && format.note(text.notSignificant)}
        </span>
      )}
    </>
  );
}

function StageReached({ experiment: { stages, state } }: { experiment: Experiment }) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const done = stages.filter((stage) => stage.state === 'finished').length;
  const current = stages.find((stage) => stage.state === 'running');
  const kind = current && (text.kinds[current.kind as keyof typeof text.kinds] ?? current.kind);
  return (
    <>
      {text.states[state]}
      {stages.length > 0 && ` · ${done} / ${stages.length}`}
      {current && ` · ${kind} ${current.subject}`}
    </>
  );
}
