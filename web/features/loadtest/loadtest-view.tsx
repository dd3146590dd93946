/** What a load test found, beside an earlier one where that is asked for. */
import { Alert, Anchor, Select, Stack, Text, Title } from '@mantine/core';
import { Link, useLocation, useSearchParams } from 'wouter';
import { LOADTESTS, type LoadTest } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { LOADTEST } from '../../i18n/loadtest.ts';
import { isOpenJob, JobActions } from '../../ui/job-actions.tsx';
import { JobLog } from '../../ui/job-log.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { removedAddress } from '../../ui/removed-job.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Answered, FailureState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { Conclusion } from './conclusion.tsx';
import { Measured } from './measured.tsx';

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
  const [query, setQuery] = useSearchParams();
  const other = query.get('compare');
  const all = useAsk(LOADTESTS.list).data?.loadtests ?? [];
  const compared = useAsk(LOADTESTS.get, { params: { id: other ?? '' } }, { enabled: other !== null }).data
    ?.measured;
  const { job, measured, generatorBusy, printed } = loadtest;
  return (
    <Stack gap="md">
      <PageHead
        title={`${job.title} · ${job.about?.['dataset'] ?? ''}`}
        about={<StateMark state={job.state} />}
        actions={
          <JobActions job={job} text={text} stopsAtOnce={false} onRemoved={() => go(removedAddress(job))} />
        }
      />
      <FailureState of={job} />
      {isOpenJob(job) && <Text>{text.running}</Text>}
      {job.progress && <ProgressLine progress={job.progress} />}
      {generatorBusy !== undefined && generatorBusy > BUSY && (
        <Alert color="yellow" p="xs">
          {text.busy(format.percent(generatorBusy, 0))}
        </Alert>
      )}
      {!measured && <JobLog id={job.id} />}
      {measured && (
        <>
          <Conclusion loadtest={loadtest} measured={measured} />
          <Select
            label={text.compare}
            placeholder={text.none}
            clearable
            w={320}
            data={all
              .filter(({ id, state }) => id !== job.id && state === 'finished')
              .map(({ id, title, created, about }) => ({
                value: id,
                label: `${format.clauses(title, about?.['load'] ?? '')} · ${format.date(created)}`,
              }))}
            value={other}
            onChange={(chosen) => setQuery(chosen === null ? {} : { compare: chosen }, { replace: true })}
          />
          <Measured measured={measured} compared={compared} />
        </>
      )}
      {measured && printed !== '' && (
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
