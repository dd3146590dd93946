/** A new experiment in four steps with every default filled in; the last one shows the file, which can be edited. */
import {
  Anchor,
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Stepper,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useEffect, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { DATASETS, EXPERIMENTS, MODELS, STATUS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { EXPERIMENTS_TEXT } from '../../i18n/experiments.ts';
import { useTexts } from '../../i18n/language.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useStored } from '../../ui/use-stored.ts';
import { type ExperimentDraft, experimentFile, FIRST_EXPERIMENT, faultOf } from './experiment-draft.ts';

const LAST = 3;

export function ExperimentWizard() {
  const all = useTexts(EXPERIMENTS_TEXT);
  const text = all.wizard;
  const [, go] = useLocation();
  const [query] = useSearchParams();
  const [step, setStep] = useState(0);
  const [draft, setDraft] = useStored<ExperimentDraft>('experiment.draft', FIRST_EXPERIMENT);
  const [edited, setEdited] = useState<string>();
  const status = useAsk(STATUS).data;
  const cloned = useClone(query.get('from'));
  const start = useDo(EXPERIMENTS.start);
  useEffect(() => {
    if (cloned === undefined) return;
    setEdited(cloned);
    setStep(LAST);
  }, [cloned]);
  const set = (change: Partial<ExperimentDraft>) => setDraft((before) => ({ ...before, ...change }));
  const file = edited ?? experimentFile(draft, `${status?.workspace ?? '.'}/data`);
  const fault = step === LAST ? faultOf(file) : undefined;
  const isReady = [
    draft.name !== '' && draft.train !== '' && draft.test !== '',
    draft.model !== '',
    true,
    fault === undefined,
  ];
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {all.back}
      </Anchor>
      <PageHead title={text.title} />
      <Stepper active={step} onStepClick={setStep} size="xs" mb="md" maw={640} allowNextStepsSelect={false}>
        {text.steps.map((name) => (
          <Stepper.Step key={name} label={name} />
        ))}
      </Stepper>
      <Stack gap="md" maw={640}>
        <StepFields step={step} draft={draft} set={set} />
        {step === LAST && (
          <>
            <Textarea
              label={text.file}
              classNames={{ input: 'mono' }}
              autosize
              minRows={12}
              maxRows={30}
              value={file}
              onChange={(event) => setEdited(event.currentTarget.value)}
            />
            {fault && (
              <Text
                size="sm"
                c="red"
                style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
                role="alert"
              >
                {fault}
              </Text>
            )}
            {start.error && <ErrorState error={start.error} />}
          </>
        )}
        <Group gap="xs">
          {step > 0 && (
            <Button variant="default" onClick={() => setStep(step - 1)}>
              {text.previous}
            </Button>
          )}
          {step < LAST ? (
            <Button disabled={!isReady[step]} onClick={() => setStep(step + 1)}>
              {text.next}
            </Button>
          ) : (
            <Button
              loading={start.isPending}
              disabled={fault !== undefined}
              onClick={() =>
                start.mutate(
                  { body: { file } },
                  { onSuccess: ({ id }) => go(`/of/${encodeURIComponent(id)}`) },
                )
              }
            >
              {text.go}
            </Button>
          )}
        </Group>
      </Stack>
    </>
  );
}

interface StepProps {
  readonly step: number;
  readonly draft: ExperimentDraft;
  readonly set: (change: Partial<ExperimentDraft>) => void;
}

function StepFields({ step, draft, set }: StepProps) {
  const text = useTexts(EXPERIMENTS_TEXT).wizard;
  const datasets = useAsk(DATASETS.list).data?.datasets ?? [];
  const models = useAsk(MODELS.list).data?.models ?? [];
  const names = datasets.filter(({ problem }) => problem === undefined).map(({ name }) => name);
  if (step === 0) {
    return (
      <>
        <TextInput
          label={text.name}
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Textarea
          label={text.question}
          description={text.questionHelp}
          autosize
          value={draft.question}
          onChange={(event) => set({ question: event.currentTarget.value })}
        />
        {names.length === 0 && <Text c="dimmed">{text.noData}</Text>}
        <Select
          label={text.train}
          data={names}
          value={draft.train || null}
          onChange={(train) => set({ train: train ?? '' })}
        />
        <Select
          label={text.test}
          description={text.testHelp}
          data={names.filter((name) => name !== draft.train)}
          value={draft.test || null}
          onChange={(test) => set({ test: test ?? '' })}
        />
      </>
    );
  }
  if (step === 1) {
    return (
      <>
        <Select
          label={text.model}
          data={models.map(({ name, title, isHere }) => ({ value: name, label: title, disabled: !isHere }))}
          value={draft.model || null}
          onChange={(model) => set({ model: model ?? '' })}
        />
        <NumberInput
          label={text.epochs}
          min={1}
          value={draft.epochs}
          onChange={(value) => Number(value) > 0 && set({ epochs: Number(value) })}
        />
        <TextInput
          label={text.rate}
          value={draft.rate}
          onChange={(event) => set({ rate: event.currentTarget.value })}
        />
      </>
    );
  }
  if (step !== 2) return null;
  return (
    <>
      <Select
        label={text.metric}
        data={['macro_f1', 'accuracy']}
        value={draft.metric}
        allowDeselect={false}
        onChange={(metric) => set({ metric: metric === 'accuracy' ? 'accuracy' : 'macro_f1' })}
      />
      <NumberInput
        label={text.least}
        description={text.leastHelp}
        min={0}
        max={1}
        step={0.05}
        value={draft.least}
        onChange={(value) => value !== '' && set({ least: Number(value) })}
      />
      <Switch
        label={text.beats}
        checked={draft.beats}
        onChange={(event) => set({ beats: event.currentTarget.checked })}
      />
      <Switch
        label={text.load}
        checked={draft.withLoad}
        onChange={(event) => set({ withLoad: event.currentTarget.checked })}
      />
      {draft.withLoad && (
        <NumberInput
          label={text.p95}
          min={1}
          value={draft.p95}
          onChange={(value) => Number(value) > 0 && set({ p95: Number(value) })}
        />
      )}
    </>
  );
}

/** The file of another experiment, under a name that is not taken. */
function useClone(from: string | null): string | undefined {
  const experiments = useAsk(EXPERIMENTS.list, {}, { enabled: from !== null }).data?.experiments;
  const source = experiments?.find(({ id }) => id === from);
  if (!source) return undefined;
  let name = `${source.id}-2`;
  for (let count = 3; experiments!.some(({ id }) => id === name); count++) name = `${source.id}-${count}`;
  return source.file.replace(/^name:.*$/m, `name: ${name}`);
}
