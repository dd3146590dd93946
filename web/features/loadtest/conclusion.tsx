/** What a load test says about machines: the rate that holds the promise, and how many a target needs; a ramp's steps. */
import { Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { LoadTest, Measurement } from '../../../src/studio/wire/index.ts';
import { useTexts } from '../../i18n/language.tsx';
import { LOADTEST } from '../../i18n/loadtest.ts';
import { EntryTable } from '../../ui/entry-table.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { percentile } from './measured.tsx';

export function Conclusion({ loadtest, measured }: { loadtest: LoadTest; measured: Measurement }) {
  const text = useTexts(LOADTEST);
  const format = useFormat();
  const { promise, capacity, highestQps, steps } = loadtest;
  const level = promise && levelInWords(promise.level);
  const qps = format.figure(highestQps ?? measured.requestsPerSecond, 2);
  return (
    <>
      {promise && level !== undefined && (
        <div className="panel">
          <Text
            fw={600}
            style={{
              display: 'flex',
              gap: 8,
              alignItems: 'center',
              color: promise.holds ? 'var(--ts-good)' : 'var(--ts-bad)',
            }}
          >
            {promise.holds ? (
              <IconCircleCheck size={18} aria-hidden />
            ) : (
              <IconCircleX size={18} aria-hidden />
            )}
            {promise.holds ? text.holds(level, qps) : text.breaks(level)}
          </Text>
          {capacity ? (
            <>
              <Text>
                {text.machines(
                  capacity.instances,
                  format.count(capacity.instances),
                  format.figure(capacity.targetQps, 0),
                )}
              </Text>
              <Text size="sm" c="dimmed">
                {text.machinesAbout(
                  format.percent(capacity.headroom, 0),
                  format.percent(capacity.utilization, 0),
                )}
                {capacity.measuredBy === 'loop' && ` ${text.maybeMore}`}
              </Text>
              {capacity.cost && (
                <Text size="sm">
                  {text.cost(
                    format.figure(capacity.cost.perHour, 2),
                    format.figure(capacity.cost.perMonth, 0),
                    format.figure(capacity.cost.perMillionRequests, 2),
                  )}
                </Text>
              )}
            </>
          ) : (
            <Text size="sm" c="dimmed">
              {text.noTarget}
            </Text>
          )}
        </div>
      )}
      {steps && (
        <section>
          <Title order={2} mb="xs">
            {text.steps}
          </Title>
          <EntryTable
            entries={steps}
            keyOf={({ rate }) => String(rate)}
            columns={[
              { title: text.rate, isNumber: true, cell: ({ rate }) => format.figure(rate, 1) },
              {
                title: text.reached,
                isNumber: true,
                cell: ({ measured: one }) => format.figure(one.requestsPerSecond, 1),
              },
              {
                title: 'p95, ms',
                isNumber: true,
                cell: ({ measured: one }) => format.figure(percentile(one, 95), 0),
              },
              { title: text.failed, isNumber: true, cell: ({ measured: one }) => format.count(one.failed) },
              {
                title: text.outcome,
                cell: ({ holds }) => (
                  <span style={{ color: holds ? 'var(--ts-good)' : 'var(--ts-bad)' }}>
                    {holds ? `✓ ${text.held}` : `✗ ${text.broke}`}
                  </span>
                ),
              },
            ]}
          />
        </section>
      )}
    </>
  );
}

/** `p95=300ms` as people write it. */
function levelInWords(level: string): string {
  return level.replace(/^p([\d.]+)=([\d.]+)ms/, 'p$1 ≤ $2 ms');
}
