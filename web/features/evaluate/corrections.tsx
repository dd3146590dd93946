/** How many labels were marked as wrong, what the figures are with the corrections, and the way to look at them so. */
import { SegmentedControl, Text, Title } from '@mantine/core';
import type { EVALUATIONS, EvaluationDetail } from '../../../src/studio/wire/index.ts';
import type { useAsk } from '../../api/use-ask.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { EntryTable } from '../../ui/entry-table.tsx';
import { Answered } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';

interface CorrectionsProps {
  readonly evaluation: EvaluationDetail;
  readonly corrected: ReturnType<
    typeof useAsk<
      typeof EVALUATIONS.corrected.params,
      typeof EVALUATIONS.corrected.query,
      typeof EVALUATIONS.corrected.body,
      typeof EVALUATIONS.corrected.response
    >
  >;
  readonly isShown: boolean;
  readonly show: (isShown: boolean) => void;
}

export function Corrections({ evaluation, corrected, isShown, show }: CorrectionsProps) {
  const text = useTexts(EVALUATE).corrections;
  const all = useTexts(EVALUATE);
  const format = useFormat();
  const { models, corrections } = evaluation;
  const change = (before: number, after: number | undefined) =>
    after === undefined ? '–' : `${format.percent(before)} → ${format.percent(after)}`;
  return (
    <section aria-label={text.title}>
      <Title order={2}>{text.title}</Title>
      <Text size="sm" c="dimmed" mb="xs">
        {text.about(corrections.length, format.count(corrections.length))}
      </Text>
      <SegmentedControl
        mb="xs"
        aria-label={text.title}
        value={isShown ? 'corrected' : 'original'}
        onChange={(value) => show(value === 'corrected')}
        data={[
          { value: 'original', label: text.original },
          { value: 'corrected', label: text.corrected },
        ]}
      />
      <Answered of={corrected} rows={models.length}>
        {({ models: after }) => {
          const reportOf = (model: string, judgedBy: string) =>
            after.find((one) => one.model === model && one.judgedBy === judgedBy)?.report;
          return (
            <EntryTable
              entries={models}
              keyOf={({ model, judgedBy }) => `${model} ${judgedBy}`}
              columns={[
                { title: all.model, cell: ({ model, judgedBy }) => format.clauses(model, all.by[judgedBy]) },
                {
                  title: all.metrics.accuracy,
                  isNumber: true,
                  cell: ({ model, judgedBy, report }) =>
                    change(report.accuracy, reportOf(model, judgedBy)?.accuracy),
                },
                {
                  title: all.metrics.macro_f1,
                  isNumber: true,
                  cell: ({ model, judgedBy, report }) =>
                    change(report.macro.f1, reportOf(model, judgedBy)?.macro.f1),
                },
                {
                  title: all.support,
                  isNumber: true,
                  cell: ({ model, judgedBy, report }) =>
                    `${format.count(report.rows)} → ${format.count(reportOf(model, judgedBy)?.rows ?? 0)}`,
                },
              ]}
            />
          );
        }}
      </Answered>
    </section>
  );
}
