/** What can be done with a job: copy its command, stop it while it is open, remove it afterwards. */
import { Button } from '@mantine/core';
import { JOBS, type Job } from '../../src/studio/wire/index.ts';
import { useDo } from '../api/use-ask.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { CopyButton } from './copy-button.tsx';

interface JobActionTexts {
  readonly command: string;
  readonly stop: string;
  readonly remove: string;
  readonly removeQuestion: (title: string) => string;
}

interface JobActionsProps {
  readonly job: Job;
  readonly text: JobActionTexts;
  /** Whether stopping leaves it no time to write down what it has. */
  readonly stopsAtOnce: boolean;
  readonly onRemoved: () => void;
}

export function JobActions({ job, text, stopsAtOnce, onRemoved }: JobActionsProps) {
  const stop = useDo(JOBS.stop);
  const remove = useDo(JOBS.remove);
  const params = { id: job.id };
  return (
    <>
      <CopyButton value={job.command} label={text.command} />
      {isOpenJob(job) ? (
        <Button variant="default" onClick={() => stop.mutate({ params, body: { atOnce: stopsAtOnce } })}>
          {text.stop}
        </Button>
      ) : (
        <ConfirmButton
          question={text.removeQuestion(job.title)}
          yes={text.remove}
          onConfirm={() => remove.mutate({ params }, { onSuccess: onRemoved })}
        >
          {text.remove}
        </ConfirmButton>
      )}
    </>
  );
}

/** Whether it waits or runs. */
export function isOpenJob({ state }: Job): boolean {
  return state === 'running' || state === 'queued';
}
