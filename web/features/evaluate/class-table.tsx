/** Precision, recall and F1 of every class with its rows, and the averages, each with its interval. */
import { Title } from '@mantine/core';
import type { EvaluationDetail, ModelReport } from '../../../src/studio/wire/index.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { EntryTable } from '../../ui/entry-table.tsx';
import { FigureCell, type Interval } from '../../ui/figure-cell.tsx';
import { useFormat } from '../../ui/use-format.ts';

type Figures = NonNullable<EvaluationDetail['comparison']>['models'][number];
const KEYS = ['precision', 'recall', 'f1'] as const;
const AVERAGES = ['macro', 'micro', 'weighted'] as const;

interface Line {
  readonly key: string;
  readonly name: string;
  readonly scores: Readonly<Record<(typeof KEYS)[number] | 'support', number>>;
  readonly intervals: Readonly<Partial<Record<(typeof KEYS)[number], Interval>>>;
  readonly isAverage: boolean;
}

export function ClassTable({
  report: { report, judgedBy },
  figures,
}: {
  report: ModelReport;
  figures: Figures | undefined;
}) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  const found = figures?.judgedBy === judgedBy ? figures : undefined;
  const lines: Line[] = [
    ...report.classes.map((scores) => ({
      key: `class ${scores.label}`,
      name: scores.label,
      scores,
      intervals: found?.classes.find(({ label }) => label === scores.label) ?? {},
      isAverage: false,
    })),
    ...AVERAGES.map((average) => ({
      key: average,
      name: text.averages[average],
      scores: report[average],
      intervals: {
        ...found?.averages?.[average],
        ...(found && { f1: found.metrics[`${average}_f1`] }),
      },
      isAverage: true,
    })),
  ];
  return (
    <section className="panel">
      <Title order={2} mb="xs">
        {text.classes}
      </Title>
      <EntryTable
        isBare
        entries={lines}
        keyOf={({ key }) => key}
        isStrong={({ isAverage }) => isAverage}
        columns={[
          { title: text.className, cell: ({ name }) => name },
          ...KEYS.map((key) => ({
            title: text[key],
            isNumber: true,
            cell: ({ scores, intervals }: Line) => (
              <FigureCell value={scores[key]} interval={intervals[key]} digits={1} />
            ),
          })),
          { title: text.support, isNumber: true, cell: ({ scores }) => format.count(scores.support) },
        ]}
      />
    </section>
  );
}
