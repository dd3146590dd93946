/** A new experiment in four steps with every default filled in; the last one shows the file, which can be edited. */
import { Anchor, Button, Group, Stack, Stepper, Text, Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { DATASETS, EXPERIMENTS, MODELS, SETTINGS, STATUS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { EXPERIMENTS_TEXT } from '../../i18n/experiments.ts';
import { useLanguage, useSaid, useTexts } from '../../i18n/language.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ErrorState, LoadingState } from '../../ui/states.tsx';
import { useStored } from '../../ui/use-stored.ts';
import { ColumnsStep } from './columns-step.tsx';
import {
  type ExperimentDraft,
  experimentFile,
  FIRST_EXPERIMENT,
  faultOf,
  withDefaults,
} from './experiment-draft.ts';
import { ModelStep, RowsStep, RuleStep } from './wizard-steps.tsx';

const LAST = 3;

export function ExperimentWizard() {
  const all = useTexts(EXPERIMENTS_TEXT);
  const text = all.wizard;
  const said = useSaid();
  const { language } = useLanguage();
  const [, go] = useLocation();
  const [query] = useSearchParams();
  const [step, setStep] = useState(0);
  const [kept, setKept] = useStored<ExperimentDraft>('experiment.draft', FIRST_EXPERIMENT);
  const [edited, setEdited] = useState<string>();
  const choices = useChoices();
  const cloned = useClone(query.get('from'));
  const start = useDo(EXPERIMENTS.start);
  useEffect(() => {
    if (cloned === undefined) return;
    setEdited(cloned);
    setStep(LAST);
  }, [cloned]);
  if (!choices) return <LoadingState />;
  const draft = withDefaults(kept, choices);
  const set = (change: Partial<ExperimentDraft>) => {
    setEdited(undefined);
    setKept((before) => ({ ...before, ...change }));
  };
  const file = edited ?? experimentFile(draft, choices);
  const fault = step === LAST ? faultOf(file) : undefined;
  const isReady = [draft.name !== '' && draft.train !== '' && draft.test !== '', true, draft.model !== ''];
  const shared = { draft, set, choices };
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {all.back}
      </Anchor>
      <PageHead title={text.title} about={text.about} />
      <Stepper active={step} onStepClick={setStep} size="xs" mb="md" maw={680} allowNextStepsSelect={false}>
        {text.steps.map((name) => (
          <Stepper.Step key={name} label={name} />
        ))}
      </Stepper>
      <Stack gap="md" maw={680}>
        {step === 0 && <RowsStep {...shared} />}
        {step === 1 && <ColumnsStep train={draft.train} test={draft.test} />}
        {step === 2 && <ModelStep {...shared} />}
        {step === LAST && (
          <>
            {cloned === undefined && <RuleStep {...shared} />}
            <Textarea
              label={text.file}
              description={text.fileHelp}
              classNames={{ input: 'mono' }}
              autosize
              minRows={8}
              maxRows={24}
              value={file}
              onChange={(event) => setEdited(event.currentTarget.value)}
            />
            {fault && (
              <Text
                size="sm"
                role="alert"
                style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', color: 'var(--ts-bad)' }}
              >
                {said(fault)}
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
                  { body: { file, language } },
                  {
                    onSuccess: ({ id }) => {
                      // The next one gets a name and a question of its own.
                      setKept((before) => ({ ...before, name: '', question: '' }));
                      go(`/of/${encodeURIComponent(id)}`);
                    },
                  },
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

/** What there is to choose from; undefined until all is known. */
function useChoices() {
  const datasets = useAsk(DATASETS.list).data?.datasets;
  const models = useAsk(MODELS.list).data?.models;
  const experiments = useAsk(EXPERIMENTS.list).data?.experiments;
  const workspace = useAsk(STATUS).data?.workspace;
  const settings = useAsk(SETTINGS.get).data?.settings;
  if (!datasets || !models || !experiments || !settings || workspace === undefined) return undefined;
  return {
    datasets: datasets.filter(({ problem }) => problem === undefined).map(({ name }) => name),
    models: models.filter(({ isHere }) => isHere),
    experiments: experiments.map(({ id }) => id),
    dataFolder: `${workspace}/data`,
    machine: {
      ...(settings.device && { device: settings.device }),
      ...(settings.threads && { num_threads: settings.threads }),
    },
  };
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
