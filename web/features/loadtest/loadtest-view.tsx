/** What a load test found: figures, percentiles, latencies, throughput over time and errors, beside an earlier one. */
import { Alert, Anchor, Select, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { LOADTESTS, type LoadTest, type Measurement } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { LOADTEST } from '../../i18n/loadtest.ts';
import { Figures } from '../../ui/figures.tsx';
import { isOpenJob, JobActions } from '../../ui/job-actions.tsx';
import { LazyPlot } from '../../ui/lazy-plot.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { colorAt } from '../../ui/series-colors.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { Answered, FailureState } from '../../ui/states.tsx';
import { useDark } from '../../ui/use-dark.ts';
import { useFormat } from '../../ui/use-format.ts';

/** As ApacheBench prints them. */
const PERCENTS = [50, 66, 75, 80, 90, 95, 98, 99, 100];
/** From here on the one who presses may be what limits. */
const BUSY = 0.8;

export function LoadtestView({ id }: { id: string }) {
  const text = useTexts(LOADTEST);
  const loadtest = useAsk(LOADTESTS.get, { params: { id } });
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {text.back}
      </Anchor>
      <Answered of={loadtest}>{(data) => <Found loadtest={data} />}</Answered>
    </>
  );
}

function Found({ loadtest }: { loadtest: LoadTest }) {
  const text = useTexts(LOADTEST);
  const format = useFormat();
  const [, go] = useLocation();
  const [other, setOther] = useState<string | null>(null);
  const all = useAsk(LOADTESTS.list).data?.loadtests ?? [];
  const compared = useAsk(LOADTESTS.get, { params: { id: other ?? '' } }, { enabled: other !== null }).data
    ?.measured;
  const { job, measured, generatorBusy, printed } = loadtest;
  const isOpen = isOpenJob(job);
  return (
    <Stack gap="md">
      <PageHead
        title={`${job.title} · ${job.about?.['dataset'] ?? ''}`}
        about={<StateMark state={job.state} />}
        actions={<JobActions job={job} text={text} stopsAtOnce={false} onRemoved={() => go('/')} />}
      />
      <FailureState of={job} />
      {isOpen && <Text>{text.running}</Text>}
      {job.progress && <ProgressLine progress={job.progress} />}
      {generatorBusy !== undefined && generatorBusy > BUSY && (
        <Alert color="yellow" p="xs">
          {text.busy(format.percent(generatorBusy, 0))}
        </Alert>
      )}
      {measured && (
        <>
          <Select
            label={text.compare}
            placeholder={text.none}
            clearable
            w={320}
            data={all
              .filter(({ id, state }) => id !== job.id && state === 'finished')
              .map(({ id, title, created }) => ({ value: id, label: `${title}, ${format.date(created)}` }))}
            value={other}
            onChange={setOther}
          />
          <Measured measured={measured} compared={compared} />
        </>
      )}
      {printed !== '' && (
        <section>
          <Title order={2} mb="xs">
            {text.report}
          </Title>
          <pre className="code" tabIndex={0}>
            {printed}
          </pre>
        </section>
      )}
    </Stack>
  );
}

function Measured({ measured, compared }: { measured: Measurement; compared: Measurement | undefined }) {
  const text = useTexts(LOADTEST);
  const format = useFormat();
  const isDark = useDark();
  const { histogram, overTime, errors, reasons, accuracy } = measured;
  const failures = Object.entries(errors).filter(([, count]) => count > 0);
  return (
    <>
      <Figures
        of={[
          [text.qps, format.figure(measured.requestsPerSecond, 2)],
          [text.completed, format.count(measured.completed)],
          [text.failed, format.count(measured.failed)],
          [text.seconds, format.figure(measured.seconds, 2)],
          ['p50, ms', format.figure(percentile(measured, 50), 0)],
          ['p95, ms', format.figure(percentile(measured, 95), 0)],
          ['p99, ms', format.figure(percentile(measured, 99), 0)],
          ...(accuracy ? [[text.accuracy, format.percent(accuracy.right / accuracy.compared)] as const] : []),
        ]}
      />
      <div
        style={{ display: 'grid', gridTemplateColumns: 'minmax(220px, 1fr) minmax(0, 3fr)', gap: 16 }}
        className="form-grid"
      >
        <section className="panel">
          <Title order={3} mb="xs">
            {text.percentiles}
          </Title>
          <table className="table">
            <thead>
              <tr>
                <th className="number">{text.share}</th>
                <th className="number">{text.ms}</th>
                {compared && <th className="number">{text.compare}</th>}
              </tr>
            </thead>
            <tbody>
              {PERCENTS.map((percent) => (
                <tr key={percent}>
                  <td className="number">{percent} %</td>
                  <td className="number">{format.figure(percentile(measured, percent), 0)}</td>
                  {compared && <td className="number">{format.figure(percentile(compared, percent), 0)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <Stack gap="md" style={{ minWidth: 0 }}>
          <div className="panel">
            <LazyPlot
              title={text.histogram}
              x={histogram.map(({ fromMs, toMs }) => (fromMs + toMs) / 2)}
              xLabel={text.latencyAxis}
              yLabel={text.countAxis}
              lines={[
                {
                  label: text.countAxis,
                  color: colorAt(0, isDark),
                  values: histogram.map(({ count }) => count),
                  width: 2,
                },
              ]}
              height={180}
              format={format.count}
            />
          </div>
          <div className="panel">
            <LazyPlot
              title={text.overTime}
              x={overTime.map(({ second }) => second)}
              xLabel={text.seconds}
              yLabel={text.qps}
              lines={[
                {
                  label: text.qps,
                  color: colorAt(0, isDark),
                  values: overTime.map(({ requestsPerSecond }) => requestsPerSecond),
                },
                {
                  label: text.failed,
                  color: colorAt(1, isDark),
                  values: overTime.map(({ failed }) => failed),
                },
              ]}
              height={180}
            />
          </div>
        </Stack>
      </div>
      <section className="panel">
        <Title order={3} mb="xs">
          {text.errors}
        </Title>
        {failures.length === 0 ? (
          <Text size="sm">{text.noErrors}</Text>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th>{text.kind}</th>
                <th className="number">{text.count}</th>
                <th>{text.reason}</th>
              </tr>
            </thead>
            <tbody>
              {failures.map(([kind, count]) => (
                <tr key={kind}>
                  <td>{kind}</td>
                  <td className="number">{format.count(count)}</td>
                  <td style={{ overflowWrap: 'anywhere' }}>{reasons[kind]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  );
}

function percentile({ percentiles }: Measurement, percent: number): number | undefined {
  return percentiles.find((one) => one.percent === percent)?.ms;
}
