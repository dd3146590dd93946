/** What an evaluation found: models side by side, then one of them in full, down to its rows and their labels. */
import { Anchor, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { EVALUATIONS, type EvaluationDetail, type ModelReport } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { isOpenJob, JobActions } from '../../ui/job-actions.tsx';
import { JobLog } from '../../ui/job-log.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { removedAddress } from '../../ui/removed-job.tsx';
import { ScrollX } from '../../ui/scroll-x.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Answered, FailureState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { ClassTable } from './class-table.tsx';
import { ConfusionHeat } from './confusion-heat.tsx';
import { Corrections } from './corrections.tsx';
import { Downloads } from './downloads.tsx';
import { type Cell, JudgedRows } from './judged-rows.tsx';
import { SideBySide } from './side-by-side.tsx';

export function EvaluationView({ id }: { id: string }) {
  const text = useTexts(EVALUATE);
  const evaluation = useAsk(EVALUATIONS.get, { params: { id } });
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {text.back}
      </Anchor>
      <Answered of={evaluation}>{(data) => <Found evaluation={data} />}</Answered>
    </>
  );
}

function Found({ evaluation }: { evaluation: EvaluationDetail }) {
  const text = useTexts(EVALUATE);
  const [, go] = useLocation();
  const [isCorrected, setCorrected] = useState(false);
  const { id, job, dataset, corrections } = evaluation;
  const hasCorrections = corrections.length > 0;
  const corrected = useAsk(
    EVALUATIONS.corrected,
    { params: { id } },
    { enabled: hasCorrections, keep: true },
  );
  const shown =
    isCorrected && hasCorrections && corrected.data ? { ...evaluation, ...corrected.data } : evaluation;
  const { models, comparison } = shown;
  return (
    <Stack gap="md">
      <PageHead
        title={dataset || job.title}
        about={
          <Group gap="sm">
            <StateMark state={job.state} />
            {[job.about?.['model'], job.about?.['adapters'], job.about?.['others']]
              .filter(Boolean)
              .join(' · ')}
          </Group>
        }
        actions={
          <>
            {models.length > 0 && <Downloads id={id} hasCorrections={hasCorrections} />}
            <JobActions job={job} text={text} stopsAtOnce={true} onRemoved={() => go(removedAddress(job))} />
          </>
        }
      />
      <FailureState of={job} />
      {isOpenJob(job) && (
        <>
          <Text size="sm">{text.running}</Text>
          {job.progress && <ProgressLine progress={job.progress} />}
        </>
      )}
      {models.length === 0 && <JobLog id={job.id} />}
      {hasCorrections && (
        <Corrections
          evaluation={evaluation}
          corrected={corrected}
          isShown={isCorrected}
          show={setCorrected}
        />
      )}
      {comparison && <SideBySide comparison={comparison} />}
      {models.length > 0 && <OneModel evaluation={shown} isCorrected={isCorrected && hasCorrections} />}
    </Stack>
  );
}

function OneModel({ evaluation, isCorrected }: { evaluation: EvaluationDetail; isCorrected: boolean }) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  const { models } = evaluation;
  const keyOf = ({ model, judgedBy }: ModelReport) => `${model} ${judgedBy}`;
  const [chosen, setChosen] = useState(() =>
    keyOf(models.findLast(({ judgedBy }) => judgedBy === 'labels') ?? models[0]!),
  );
  const [cell, setCell] = useState<Cell>();
  const shown = models.find((one) => keyOf(one) === chosen) ?? models[0]!;
  return (
    <Stack gap="md">
      <Group gap="sm">
        <ScrollX>
          <SegmentedControl
            aria-label={text.model}
            value={keyOf(shown)}
            onChange={(value) => {
              setChosen(value);
              setCell(undefined);
            }}
            data={models.map((one) => ({
              value: keyOf(one),
              label: format.clauses(one.model, text.by[one.judgedBy]),
            }))}
          />
        </ScrollX>
        {shown.rowsPerSecond !== undefined && (
          <Text size="sm" c="dimmed">
            {text.speed(format.figure(shown.rowsPerSecond, 1))}
          </Text>
        )}
      </Group>
      <div
        style={{
          display: 'grid',
          gridTemplateColumns: 'repeat(auto-fit, minmax(min(560px, 100%), 1fr))',
          gap: 16,
        }}
      >
        <ConfusionHeat
          confusion={shown.report.confusion}
          chosen={cell}
          choose={isCorrected ? undefined : setCell}
        />
        <ClassTable
          report={shown}
          figures={evaluation.comparison?.models.find(({ name }) => name === shown.model)}
        />
      </div>
      <JudgedRows
        key={keyOf(shown)}
        evaluation={evaluation}
        model={shown}
        cell={cell}
        clear={() => setCell(undefined)}
      />
    </Stack>
  );
}
