/** One server: its address and models, how it fares, how to call it, and stopping it. */
import { Alert, Button, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { JOBS, type Server } from '../../../src/studio/wire/index.ts';
import { useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SERVE } from '../../i18n/serve.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { isOpenJob } from '../../ui/job-actions.tsx';
import { JobLog } from '../../ui/job-log.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { FailureState } from '../../ui/states.tsx';
import { LiveFigures } from './live-figures.tsx';
import { snippetsFor } from './snippets.ts';

export function ServerCard({ server }: { server: Server }) {
  const text = useTexts(SERVE);
  const { job, isReady, url } = server;
  const isLoading = isOpenJob(job) && !isReady;
  return (
    <section className="panel" aria-label={job.title}>
      <Group justify="space-between" mb="xs">
        <Group gap="sm" style={{ minWidth: 0 }}>
          <Title order={2} style={{ overflowWrap: 'anywhere' }}>
            {job.title}
          </Title>
          <StateMark state={job.state} />
          {isReady && <code className="mono">{url}</code>}
        </Group>
        <ServerActions server={server} />
      </Group>
      <FailureState of={job} />
      {isLoading && (
        <>
          <Text size="sm">{text.loading}</Text>
          {job.progress && <ProgressLine progress={job.progress} />}
          <JobLog id={job.id} />
        </>
      )}
      {isReady && (
        <Stack gap="md">
          <LiveFigures id={job.id} />
          <Snippets server={server} />
        </Stack>
      )}
    </section>
  );
}

function ServerActions({ server: { job, isReady } }: { server: Server }) {
  const text = useTexts(SERVE);
  const stop = useDo(JOBS.stop);
  const remove = useDo(JOBS.remove);
  const params = { id: job.id };
  return (
    <Group gap="xs">
      <CopyButton value={job.command} label={text.command} />
      {isReady && (
        <>
          <Button variant="default" component={Link} href="~/chat">
            {text.chat}
          </Button>
          <Button variant="default" component={Link} href="~/loadtest">
            {text.loadtest}
          </Button>
        </>
      )}
      {isOpenJob(job) ? (
        <Button
          variant="default"
          loading={stop.isPending}
          onClick={() => stop.mutate({ params, body: { atOnce: false } })}
        >
          {text.stop}
        </Button>
      ) : (
        <ConfirmButton
          question={text.removeQuestion(job.title)}
          yes={text.remove}
          onConfirm={() => remove.mutate({ params })}
        >
          {text.remove}
        </ConfirmButton>
      )}
    </Group>
  );
}

function Snippets({ server: { url = '', models, needsKey, isOpen } }: { server: Server }) {
  const text = useTexts(SERVE);
  const [model, setModel] = useState(models[0]!.name);
  const snippets = snippetsFor({ url, model, needsKey });
  return (
    <div>
      <Group gap="xs" mb={4}>
        <Title order={3}>{text.snippets}</Title>
        {models.map(({ name }) => (
          <Button
            key={name}
            size="compact-xs"
            variant={name === model ? 'light' : 'subtle'}
            aria-pressed={name === model}
            onClick={() => setModel(name)}
          >
            {name}
          </Button>
        ))}
      </Group>
      <Tabs defaultValue="curl" keepMounted={false}>
        <Tabs.List>
          {snippets.map(({ name }) => (
            <Tabs.Tab key={name} value={name}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {snippets.map(({ name, code }) => (
          <Tabs.Panel key={name} value={name} pt="xs">
            <pre className="code" tabIndex={0}>
              {code}
            </pre>
            <Group mt="xs">
              <CopyButton value={code} />
            </Group>
          </Tabs.Panel>
        ))}
      </Tabs>
      <Alert p="xs" mt="xs" color="gray">
        {isOpen ? text.openNote : needsKey ? text.keyNote : text.localNote}
      </Alert>
    </div>
  );
}
