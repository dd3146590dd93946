/** One enrichment: how far it is, what it cost so far, what came of it, and how to stop it or go on. */
import { Alert, Button, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { ENRICHMENTS, type Enrichment } from '../../../src/studio/wire/index.ts';
import { useDo } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { Figures } from '../../ui/figures.tsx';
import { isOpenJob, JobActions } from '../../ui/job-actions.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { ErrorState, FailureState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';

const FINDINGS_SHOWN = 5;

export function EnrichmentCard({ enrichment }: { enrichment: Enrichment }) {
  const text = useTexts(DATA).enrich;
  const format = useFormat();
  const { job, settings, figures } = enrichment;
  const isOpen = isOpenJob(job);
  const { teacher, priceIn, priceOut } = settings;
  const hasPrice = priceIn !== undefined || priceOut !== undefined;
  return (
    <section className="panel" aria-label={job.title}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div style={{ minWidth: 0 }}>
          <Title order={3} style={{ overflowWrap: 'anywhere' }}>
            {figures?.made ? (
              <Link href={`/set/${encodeURIComponent(job.title)}`}>{job.title}</Link>
            ) : (
              job.title
            )}
          </Title>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {text.taskNames[settings.task]} ·{' '}
            {teacher.kind === 'local' ? teacher.model : (teacher.model ?? teacher.url)} ·{' '}
            {format.date(job.created)}
          </Text>
        </div>
        <StateMark state={job.state} />
      </Group>
      <Stack gap="xs" mt="xs">
        {job.progress && <ProgressLine progress={job.progress} />}
        {figures && (
          <Figures
            of={[
              [text.asked, format.count(figures.asked)],
              [text.kept, format.count(figures.kept)],
              [text.promptTokens, format.count(figures.promptTokens)],
              [text.answerTokens, format.count(figures.completionTokens)],
              ...(hasPrice ? [[text.cost, format.figure(figures.cost)] as const] : []),
            ]}
          />
        )}
        {figures?.made && <MadeOf made={figures.made} />}
        <FailureState of={job} />
        <Group gap="xs">
          <JobActions job={job} text={text.job} stopsAtOnce={false} onRemoved={() => undefined} />
        </Group>
        {!isOpen && job.state !== 'finished' && <Resume enrichment={enrichment} />}
      </Stack>
    </section>
  );
}

function MadeOf({ made }: { made: NonNullable<NonNullable<Enrichment['figures']>['made']> }) {
  const all = useTexts(DATA);
  const text = all.enrich;
  const said = useSaid();
  const format = useFormat();
  const { rows, agreement, findings, findingCount, givesAway } = made;
  return (
    <>
      <Text size="sm">
        {text.rowsMade(format.count(rows))}{' '}
        {agreement !== undefined && text.agreement(format.percent(agreement))}{' '}
        {findingCount > 0 && text.left(format.count(findingCount))}
      </Text>
      {findings.slice(0, FINDINGS_SHOWN).map(({ file, row, ...finding }) => (
        <Text key={`${file} ${row}`} size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {all.row} {format.count(row)}: {said(finding)}
        </Text>
      ))}
      {givesAway.map(({ what, why }) => (
        <Alert key={what.en} color="yellow" p="xs">
          <Text size="sm" fw={600}>
            {said(what)}
          </Text>
          {said(why)}
        </Alert>
      ))}
    </>
  );
}

function Resume({ enrichment: { job, settings } }: { enrichment: Enrichment }) {
  const text = useTexts(DATA).enrich;
  const [apiKey, setApiKey] = useState('');
  const resume = useDo(ENRICHMENTS.resume);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        resume.mutate({ params: { id: job.id }, body: apiKey === '' ? {} : { apiKey } });
      }}
    >
      <Group gap="xs" align="flex-end">
        {settings.teacher.kind === 'endpoint' && (
          <PasswordInput
            label={text.key}
            value={apiKey}
            onChange={(event) => setApiKey(event.currentTarget.value)}
            autoComplete="off"
            size="xs"
            style={{ flex: '1 1 160px' }}
            visibilityToggleButtonProps={{ 'aria-label': text.showKey }}
          />
        )}
        <Button type="submit" loading={resume.isPending}>
          {text.resume}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {text.resumeAbout}
      </Text>
      {resume.error && <ErrorState error={resume.error} />}
    </form>
  );
}
