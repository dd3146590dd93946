/** The models beside each other with their intervals, and every two of them held against each other. */
import { Text, Title } from '@mantine/core';
import type { EvaluationDetail } from '../../../src/studio/wire/index.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { EntryTable } from '../../ui/entry-table.tsx';
import { FigureCell, type Interval } from '../../ui/figure-cell.tsx';
import { useFormat } from '../../ui/use-format.ts';

type Comparison = NonNullable<EvaluationDetail['comparison']>;

const METRICS = ['accuracy', 'macro_f1', 'micro_f1', 'weighted_f1'] as const;
/** As the comparison's own words: below this a difference is no accident. */
const SIGNIFICANCE = 0.05;

export function SideBySide({ comparison }: { comparison: Comparison }) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  const { models, rows, pairs, incumbent } = comparison;
  return (
    <section>
      <Title order={2}>{text.side}</Title>
      <Text size="sm" c="dimmed" mb="xs">
        {text.sideAbout(format.count(rows))}
      </Text>
      <EntryTable
        entries={METRICS}
        keyOf={(metric) => metric}
        columns={[
          { title: text.metric, cell: (metric) => text.metrics[metric] },
          ...models.map((model) => ({
            title:
              format.clauses(model.name, text.by[model.judgedBy]) +
              (model.name === incumbent ? format.note(text.inUse) : ''),
            isNumber: true,
            cell: (metric: (typeof METRICS)[number]) => {
              const best = Math.max(...models.map((one) => one.metrics[metric].value));
              const figure = model.metrics[metric];
              return (
                <FigureCell
                  value={figure.value}
                  interval={figure}
                  isBest={models.length > 1 && figure.value === best}
                />
              );
            },
          })),
        ]}
      />
      {pairs.length > 0 && <Pairs pairs={pairs} />}
    </section>
  );
}

function Pairs({ pairs }: { pairs: Comparison['pairs'] }) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  return (
    <>
      <Title order={3} mt="md">
        {text.pairs}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {text.pairsAbout}
      </Text>
      <EntryTable
        entries={pairs}
        keyOf={({ model, against }) => `${model} ${against}`}
        columns={[
          { title: text.model, cell: ({ model }) => model },
          { title: text.against, cell: ({ against }) => against },
          {
            title: text.difference,
            isNumber: true,
            cell: ({ differences }) => <Difference of={differences.accuracy} />,
          },
          {
            title: text.macroDifference,
            isNumber: true,
            cell: ({ differences }) => <Difference of={differences.macro_f1} />,
          },
          {
            title: text.only,
            isNumber: true,
            cell: ({ mcNemar }) =>
              `${format.count(mcNemar.onlyModel)} : ${format.count(mcNemar.onlyAgainst)}`,
          },
          {
            title: text.sameAnswer,
            isNumber: true,
            cell: ({ agreement }) => format.percent(agreement.share),
          },
          { title: text.kappa, isNumber: true, cell: ({ agreement }) => format.figure(agreement.kappa, 2) },
        ]}
      />
    </>
  );
}

function Difference({ of }: { of: Interval & { readonly corrected: number } }) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  const isSignificant = of.corrected < SIGNIFICANCE;
  const sign = of.value > 0 ? '+' : '';
  const color = !isSignificant
    ? 'var(--mantine-color-dimmed)'
    : of.value > 0
      ? 'var(--ts-good)'
      : 'var(--ts-bad)';
  return (
    <span style={{ color }}>
      {sign}
      {format.figure(100 * of.value, 1)} [{format.figure(100 * of.low, 1)}, {format.figure(100 * of.high, 1)}
      ], p {of.corrected < 0.001 ? '< 0.001' : format.figure(of.corrected, 3)}
      {!isSignificant && format.note(text.notSignificant)}
    </span>
  );
}
