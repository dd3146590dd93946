/** The doctor: what is wrong with the rows, why it matters, and a repaired copy. Large data sets wait for a word to begin. */
import { Alert, Button, Group, MultiSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { heard } from '../../../src/core/portable.ts';
import {
  type CheckRequest,
  checkWords,
  commandLine,
  DATASETS,
  DOCTOR,
  type Examination,
  type Overview,
} from '../../../src/studio/wire/index.ts';
import { CallError } from '../../api/call.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { ErrorState, LoadingState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';
import { ChangeList } from './change-list.tsx';
import { FindingCard } from './finding-card.tsx';
import { FixForm } from './fix-form.tsx';
import { ReadingFields } from './reading-fields.tsx';
import { useReading } from './use-reading.ts';

/** Smaller ones are examined while one looks. */
const AT_ONCE = 100_000;
const LOOK_AGAIN_MS = 700;

export function CheckTab({ overview, datasetDir }: { overview: Overview; datasetDir: string }) {
  const text = useTexts(DATA);
  const all = text.check;
  const { name } = overview;
  const chosen = useReading();
  const [against, setAgainst] = useStored<readonly string[]>(`data.against.${name}`, []);
  const [isAsked, setAsked] = useState(overview.rows <= AT_ONCE);
  const others = useAsk(DATASETS.list).data?.datasets.filter((other) => other.name !== name) ?? [];
  const request: CheckRequest = {
    cutoff_len: chosen.cutoff,
    ...chosen.reading,
    ...(against.length > 0 && { against: [...against] }),
  };
  const checkUp = useAsk(
    DOCTOR.check,
    { params: { name }, body: request },
    { enabled: isAsked, everyMs: (view) => (view?.state === 'running' ? LOOK_AGAIN_MS : false) },
  );
  const cancel = useDo(DOCTOR.cancel);
  const { state, progress, examination, error } = checkUp.data ?? {};
  const failure = checkUp.error ?? (error && new CallError(error.code, heard(error)));
  return (
    <Stack gap="md">
      {overview.isRepaired && <ChangeList name={name} />}
      <section className="panel" aria-label={all.settings}>
        <Group gap="xs" align="flex-end">
          <ReadingFields of={chosen} />
          <MultiSelect
            label={all.against}
            placeholder={against.length === 0 ? all.againstOwn : ''}
            data={others.filter(({ problem }) => problem === undefined).map((other) => other.name)}
            value={[...against]}
            onChange={setAgainst}
            searchable
            clearable
            style={{ flex: '2 1 200px' }}
          />
        </Group>
        <div style={{ marginTop: 8 }}>
          <CommandLine command={commandLine(checkWords(name, request, datasetDir))} />
        </div>
      </section>
      {!isAsked && (
        <Group>
          <Button onClick={() => setAsked(true)}>{all.start}</Button>
          <Text size="sm" c="dimmed">
            {all.startAbout}
          </Text>
        </Group>
      )}
      {isAsked && failure && <ErrorState error={failure} onRetry={() => void checkUp.refetch()} />}
      {isAsked && !failure && state !== 'done' && (
        <section className="panel" aria-label={all.running}>
          {progress ? <ProgressLine progress={progress} /> : <LoadingState rows={3} />}
          <Button
            mt="sm"
            variant="default"
            onClick={() =>
              cancel.mutate({ params: { name }, body: request }, { onSuccess: () => setAsked(false) })
            }
          >
            {all.cancel}
          </Button>
        </section>
      )}
      {examination && (
        <Found name={name} examination={examination} request={request} datasetDir={datasetDir} />
      )}
    </Stack>
  );
}

interface FoundProps {
  readonly name: string;
  readonly examination: Examination;
  readonly request: CheckRequest;
  readonly datasetDir: string;
}

function Found({ name, examination, request, datasetDir }: FoundProps) {
  const text = useTexts(DATA).check;
  const format = useFormat();
  const { rows, diagnoses, heldOut } = examination;
  return (
    <>
      <Text>
        {diagnoses.length === 0
          ? text.sound(format.count(rows))
          : text.found(format.count(rows), format.count(diagnoses.length))}{' '}
        {heldOut.length > 0 && text.compared(format.list(heldOut))}
      </Text>
      {request.model === undefined && (
        <Alert color="yellow" p="xs">
          {text.noModel}
        </Alert>
      )}
      {diagnoses.some(({ isFixable }) => isFixable) && (
        <FixForm name={name} request={request} datasetDir={datasetDir} />
      )}
      {diagnoses.map((diagnosis) => (
        <FindingCard key={diagnosis.check + diagnosis.what.en} name={name} diagnosis={diagnosis} />
      ))}
    </>
  );
}
