/** Precision, recall and F1 of every class with its rows, and the averages. */
import { Title } from '@mantine/core';
import type { EvaluationDetail, ModelReport } from '../../../src/studio/wire/index.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { useFormat } from '../../ui/use-format.ts';

type Figures = NonNullable<EvaluationDetail['comparison']>['models'][number];
const KEYS = ['precision', 'recall', 'f1'] as const;

export function ClassTable({
  report: { report, judgedBy },
  figures,
}: {
  report: ModelReport;
  figures: Figures | undefined;
}) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  const intervals = figures?.judgedBy === judgedBy ? figures.classes : undefined;
  const interval = (label: string, key: (typeof KEYS)[number]) => {
    const figure = intervals?.find((one) => one.label === label)?.[key];
    if (!figure) return undefined;
    return (
      <span style={{ color: 'var(--mantine-color-dimmed)', fontSize: 12 }}>
        {' '}
        [{format.figure(100 * figure.low, 0)}, {format.figure(100 * figure.high, 0)}]
      </span>
    );
  };
  return (
    <section className="panel scroll-x">
      <Title order={2} mb="xs">
        {text.classes}
      </Title>
      <table className="table">
        <thead>
          <tr>
            <th>{text.className}</th>
            {KEYS.map((key) => (
              <th key={key} className="number">
                {text[key]}
              </th>
            ))}
            <th className="number">{text.support}</th>
          </tr>
        </thead>
        <tbody>
          {report.classes.map((row) => (
            <tr key={row.label}>
              <td style={{ overflowWrap: 'anywhere' }}>{row.label}</td>
              {KEYS.map((key) => (
                <td key={key} className="number">
                  {format.percent(row[key])}
                  {interval(row.label, key)}
                </td>
              ))}
              <td className="number">{format.count(row.support)}</td>
            </tr>
          ))}
          {(['macro', 'micro', 'weighted'] as const).map((average) => (
            <tr key={average} style={{ fontWeight: 600 }}>
              <td>{text.averages[average]}</td>
              {KEYS.map((key) => (
                <td key={key} className="number">
                  {format.percent(report[average][key])}
                </td>
              ))}
              <td className="number">{format.count(report[average].support)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
