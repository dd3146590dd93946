/** What can be done with a run: stop it, let it go on, add epochs, or judge it. */
import { Button, NumberInput, Popover, Text } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { RUNS, type RunDetail } from '../../../src/studio/wire/index.ts';
import { useDo } from '../../api/use-ask.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { TRAIN } from '../../i18n/train.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';

export function RunActions({ run }: { run: RunDetail }) {
  return run.state === 'running' ? <WhileRunning run={run} /> : <Afterwards run={run} />;
}

function WhileRunning({ run }: { run: RunDetail }) {
  const text = useTexts(TRAIN).live;
  const stop = useDo(RUNS.stop);
  const params = { id: run.id };
  return (
    <>
      <Problem error={stop.error} />
      <Button
        variant="default"
        // It ends after the present step, and says so by its state.
        loading={stop.isPending || stop.isSuccess}
        onClick={() => stop.mutate({ params, body: { atOnce: false } })}
      >
        {text.stop}
      </Button>
      <ConfirmButton
        question={text.killQuestion}
        yes={text.kill}
        onConfirm={() => stop.mutate({ params, body: { atOnce: true } })}
      >
        {text.kill}
      </ConfirmButton>
    </>
  );
}

function Afterwards({ run }: { run: RunDetail }) {
  const text = useTexts(TRAIN).live;
  const [, go] = useLocation();
  const resume = useDo(RUNS.resume);
  return (
    <>
      <Problem error={resume.error} />
      {run.state !== 'finished' && run.hasCheckpoint && (
        <Button
          loading={resume.isPending}
          onClick={() => resume.mutate({ params: { id: run.id }, body: { settings: {} } })}
        >
          {text.resume}
        </Button>
      )}
      {run.state === 'finished' && <AddEpochs run={run} />}
      {run.hasAdapter && (
        <Button
          variant="default"
          onClick={() => go(`~/evaluate/new?adapter=${encodeURIComponent(run.folder)}`)}
        >
          {text.evaluate}
        </Button>
      )}
    </>
  );
}

function AddEpochs({ run }: { run: RunDetail }) {
  const text = useTexts(TRAIN).live;
  const resume = useDo(RUNS.resume);
  const done = Math.ceil(run.lastStep?.epoch ?? 1);
  const [epochs, setEpochs] = useState<number>(done + 1);
  return (
    <Popover withArrow trapFocus>
      <Popover.Target>
        <Button variant="default">{text.more}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <NumberInput
          label={text.moreHelp}
          min={done + 1}
          value={epochs}
          onChange={(value) => setEpochs(Number(value))}
        />
        <Button
          mt="xs"
          fullWidth
          loading={resume.isPending}
          onClick={() =>
            resume.mutate({ params: { id: run.id }, body: { settings: { num_train_epochs: epochs } } })
          }
        >
          {text.moreGo}
        </Button>
        <Problem error={resume.error} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Problem({ error }: { error: Error | null }) {
  const said = useSaid();
  if (!error) return null;
  return (
    <Text size="xs" c="red" maw={280} role="alert" style={{ overflowWrap: 'anywhere' }}>
      {said(error)}
    </Text>
  );
}
