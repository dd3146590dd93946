/** The confusion matrix as a heat map with its counts; a cell leads to its rows. */
import { Group, Switch, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ModelReport } from '../../../src/studio/wire/index.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ScrollX } from '../../ui/scroll-x.tsx';
import { useFormat } from '../../ui/use-format.ts';
import type { Cell } from './judged-rows.tsx';

interface ConfusionHeatProps {
  readonly confusion: ModelReport['report']['confusion'];
  readonly chosen: Cell | undefined;
  /** Absent where the rows behind the counts are not shown. */
  readonly choose: ((cell: Cell | undefined) => void) | undefined;
}

/** Beyond this share of the darkest a cell needs light words. */
const STRONG = 0.55;

export function ConfusionHeat({ confusion, chosen, choose }: ConfusionHeatProps) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  const [isNormalised, setNormalised] = useState(false);
  const { labels, counts } = confusion;
  const hasNone = counts.some((row) => (row[labels.length] ?? 0) > 0);
  const columns = hasNone ? [...labels, ''] : labels;
  const nameOf = (label: string) => (label === '' ? text.none : label);
  return (
    <section className="panel">
      <Group justify="space-between" mb="xs">
        <Title order={2}>{text.confusion}</Title>
        <Switch
          label={text.normalised}
          checked={isNormalised}
          onChange={(event) => setNormalised(event.currentTarget.checked)}
        />
      </Group>
      <ScrollX>
        <table className="heat">
          <thead>
            <tr>
              <th>
                {text.truth} \ {text.prediction}
              </th>
              {columns.map((label) => (
                <th key={label} title={nameOf(label)} scope="col">
                  {nameOf(label)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((truth, row) => {
              const sum = counts[row]!.reduce((total, count) => total + count, 0);
              return (
                <tr key={truth}>
                  <th scope="row" style={{ textAlign: 'right' }} title={truth}>
                    {truth}
                  </th>
                  {columns.map((prediction, column) => {
                    const count = counts[row]![column] ?? 0;
                    const share = sum === 0 ? 0 : count / sum;
                    const isChosen = chosen?.truth === truth && chosen.prediction === prediction;
                    return (
                      <td key={prediction}>
                        <button
                          type="button"
                          aria-label={text.cell(truth, nameOf(prediction), format.count(count))}
                          aria-pressed={isChosen}
                          data-strong={share > STRONG}
                          style={{
                            background: `rgba(var(--ts-heat), ${0.06 + 0.94 * share})`,
                            outline: isChosen ? '2px solid var(--mantine-color-text)' : undefined,
                          }}
                          disabled={!choose}
                          onClick={() => choose?.(isChosen ? undefined : { truth, prediction })}
                        >
                          {isNormalised ? format.figure(100 * share, 0) : format.count(count)}
                        </button>
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollX>
      <Text size="xs" c="dimmed" mt="xs">
        {text.confusionAbout}
      </Text>
    </section>
  );
}
