/** The models beside each other with their intervals, and every two of them held against each other. */
import { Text, Title } from '@mantine/core';
import type { EvaluationDetail, ModelReport } from '../../../src/studio/wire/index.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { useFormat } from '../../ui/use-format.ts';

type Comparison = NonNullable<EvaluationDetail['comparison']>;
type Interval = { readonly value: number; readonly low: number; readonly high: number };

const METRICS = ['accuracy', 'macro_f1', 'micro_f1', 'weighted_f1'] as const;
/** As the comparison's own words: below this a difference is no accident. */
const SIGNIFICANCE = 0.05;

export function SideBySide({ comparison }: { comparison: Comparison; models: readonly ModelReport[] }) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  const { models, rows, pairs } = comparison;
  return (
    <section>
      <Title order={2}>{text.side}</Title>
      <Text size="sm" c="dimmed" mb="xs">
        {text.sideAbout(format.count(rows))}
      </Text>
      <div className="scroll-x panel" style={{ padding: 0 }}>
        <table className="table">
          <thead>
            <tr>
              <th>{text.metric}</th>
              {models.map(({ name, judgedBy }) => (
                <th key={name} className="number">
                  {name}, {text.by[judgedBy]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {METRICS.map((metric) => {
              const best = Math.max(...models.map((model) => model.metrics[metric].value));
              return (
                <tr key={metric}>
                  <td>{text.metrics[metric]}</td>
                  {models.map((model) => (
                    <td key={model.name} className="number">
                      <Figure
                        figure={model.metrics[metric]}
                        isBest={models.length > 1 && model.metrics[metric].value === best}
                      />
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {pairs.length > 0 && <Pairs pairs={pairs} />}
    </section>
  );
}

function Figure({ figure, isBest }: { figure: Interval; isBest: boolean }) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  const low = format.percent(figure.low);
  const high = format.percent(figure.high);
  return (
    <span title={text.interval(low, high)}>
      <span style={{ fontWeight: isBest ? 700 : 400 }}>{format.percent(figure.value)}</span>{' '}
      <span style={{ color: 'var(--mantine-color-dimmed)', fontSize: 12 }}>
        [{format.figure(100 * figure.low, 1)}, {format.figure(100 * figure.high, 1)}]
      </span>
    </span>
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
      <div className="scroll-x panel" style={{ padding: 0 }}>
        <table className="table">
          <thead>
            <tr>
              <th>{text.model}</th>
              <th>{text.against}</th>
              <th className="number">{text.difference}</th>
              <th className="number">{text.macroDifference}</th>
              <th className="number">{text.only}</th>
              <th className="number">{text.kappa}</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map(({ model, against, differences, mcNemar, agreement }) => (
              <tr key={`${model} ${against}`}>
                <td>{model}</td>
                <td>{against}</td>
                <td className="number">
                  <Difference of={differences.accuracy} />
                </td>
                <td className="number">
                  <Difference of={differences.macro_f1} />
                </td>
                <td className="number">
                  {format.count(mcNemar.onlyModel)} : {format.count(mcNemar.onlyAgainst)}
                </td>
                <td className="number">{format.figure(agreement.kappa, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
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
      {!isSignificant && ` (${text.notSignificant})`}
    </span>
  );
}
