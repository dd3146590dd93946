/** What can be done with a model: fetch it, pause that and go on, remove it. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload, IconPlayerPause, IconTrash } from '@tabler/icons-react';
import { JOBS, type Job, MODELS, type Model } from '../../../src/studio/wire/index.ts';
import { useDo } from '../../api/use-ask.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { MODELS_TEXT } from '../../i18n/models.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { isOpenJob } from '../../ui/job-actions.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useFormat } from '../../ui/use-format.ts';

/** @param job the latest that fetches, or fetched, this model */
export function ModelAction({ model, job }: { model: Model; job: Job | undefined }) {
  if (job && isOpenJob(job)) return <Fetching job={job} />;
  if (model.isHere) return <RemoveButton model={model} />;
  return <FetchButton model={model} job={job} />;
}

function Fetching({ job }: { job: Job }) {
  const text = useTexts(MODELS_TEXT);
  const stop = useDo(JOBS.stop);
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <div style={{ flex: 1, minWidth: 160 }}>
        {job.progress ? <ProgressLine progress={job.progress} /> : <StateMark state={job.state} />}
      </div>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconPlayerPause size={13} />}
        loading={stop.isPending}
        // What has come is kept part by part, so there is nothing to wait for.
        onClick={() => stop.mutate({ params: { id: job.id }, body: { atOnce: true } })}
      >
        {text.pause}
      </Button>
    </Group>
  );
}

function FetchButton({ model, job }: { model: Model; job: Job | undefined }) {
  const text = useTexts(MODELS_TEXT);
  const said = useSaid();
  const fetchModel = useDo(MODELS.fetch);
  const forget = useDo(JOBS.remove);
  const license = model.license ?? '';
  const isPaused = job?.state === 'stopped';
  const hasFailed = job?.state === 'failed' || job?.state === 'died';
  const word = isPaused ? text.resume : hasFailed ? text.again : text.fetch;
  const problem = fetchModel.error
    ? said(fetchModel.error)
    : hasFailed && job.message !== undefined
      ? said({ en: job.message, zh: job.zh ?? job.message })
      : undefined;
  const icon = <IconDownload size={13} />;
  const fetchIt = (acceptLicense: boolean) =>
    fetchModel.mutate({ body: { name: model.name, acceptLicense } });
  return (
    <Stack gap={4} align="flex-end">
      {isPaused && (
        <div style={{ width: '100%' }}>
          {job.progress ? <ProgressLine progress={{ ...job.progress, perSecond: undefined }} /> : null}
          <Text size="xs" c="dimmed">
            {text.paused}
          </Text>
        </div>
      )}
      <Group gap="xs" justify="flex-end">
        {model.mustAccept ? (
          <ConfirmButton
            size="compact-xs"
            color="accent"
            question={text.acceptQuestion(model.title, license, model.licenseAt ?? '')}
            yes={text.accept(license)}
            leftSection={icon}
            onConfirm={() => fetchIt(true)}
          >
            {word}
          </ConfirmButton>
        ) : (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={icon}
            loading={fetchModel.isPending}
            onClick={() => fetchIt(false)}
          >
            {word}
          </Button>
        )}
        {model.removes && <RemoveButton model={model} />}
        {model.place === undefined && model.kind === 'hub' && job && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => forget.mutate({ params: { id: job.id } })}
          >
            {text.forget}
          </Button>
        )}
      </Group>
      {problem && (
        <Text size="xs" c="var(--ts-bad)" style={{ overflowWrap: 'anywhere' }} role="alert">
          {problem}
        </Text>
      )}
    </Stack>
  );
}

function RemoveButton({ model }: { model: Model }) {
  const text = useTexts(MODELS_TEXT);
  const said = useSaid();
  const format = useFormat();
  const remove = useDo(MODELS.remove);
  const { title, place, removes, sizeBytes } = model;
  if (removes === undefined || place === undefined) return null;
  const question =
    removes === 'files'
      ? text.removeQuestion(title, format.bytes(sizeBytes), place)
      : text.dropQuestion(title, place);
  return (
    <Stack gap={4} align="flex-end">
      <ConfirmButton
        size="compact-xs"
        leftSection={<IconTrash size={13} />}
        question={question}
        yes={text.remove}
        onConfirm={() => remove.mutate({ body: { name: model.name } })}
      >
        {text.remove}
      </ConfirmButton>
      {remove.error && (
        <Text size="xs" c="var(--ts-bad)" style={{ overflowWrap: 'anywhere' }} role="alert">
          {said(remove.error)}
        </Text>
      )}
    </Stack>
  );
}
