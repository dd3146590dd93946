/** One row an experiment: its candidates, the stage that it reached, and the verdict. */
import { Button, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { EXPERIMENTS, type Experiment } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { EXPERIMENTS_TEXT } from '../../i18n/experiments.ts';
import { useTexts } from '../../i18n/language.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Answered, EmptyState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { VerdictMark } from '../../ui/verdict-mark.tsx';

export function ExperimentList() {
  const text = useTexts(EXPERIMENTS_TEXT);
  const list = useAsk(EXPERIMENTS.list);
  const [areArchivedShown, setArchivedShown] = useState(false);
  const start = (
    <Button leftSection={<IconPlus size={14} />} component={Link} href="/new" data-new>
      {text.start}
    </Button>
  );
  return (
    <>
      <PageHead title={text.title} about={text.about} actions={start} />
      <Answered of={list}>
        {({ experiments }) =>
          experiments.length === 0 ? (
            <EmptyState title={text.empty} actions={start}>
              {text.emptyAbout}
            </EmptyState>
          ) : (
            <>
              <ExperimentTable
                experiments={experiments.filter(({ isArchived }) => areArchivedShown || !isArchived)}
              />
              {experiments.some(({ isArchived }) => isArchived) && (
                <Switch
                  mt="sm"
                  label={text.showArchived}
                  checked={areArchivedShown}
                  onChange={(event) => setArchivedShown(event.currentTarget.checked)}
                />
              )}
            </>
          )
        }
      </Answered>
    </>
  );
}

function ExperimentTable({ experiments }: { experiments: readonly Experiment[] }) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const format = useFormat();
  return (
    <div className="scroll-x panel" style={{ padding: 0 }}>
      <table className="table">
        <thead>
          <tr>
            <th>{text.name}</th>
            <th>{text.models}</th>
            <th>{text.dataset}</th>
            <th>{text.stage}</th>
            <th>{text.verdict}</th>
            <th className="number">{text.updated}</th>
          </tr>
        </thead>
        <tbody>
          {experiments.map((experiment) => (
            <tr key={experiment.id}>
              <td>
                <Link href={`/of/${encodeURIComponent(experiment.id)}`}>{experiment.name}</Link>
              </td>
              <td>{experiment.models.join(', ') || '–'}</td>
              <td>{experiment.dataset || '–'}</td>
              <td>
                <StageReached experiment={experiment} />
              </td>
              <td>{experiment.decision ? <VerdictMark decision={experiment.decision} /> : text.noVerdict}</td>
              <td className="number">{format.date(experiment.updated)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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
