/** The fields of the wizard's steps: the rows, the model, and the rule that is set before anything is known. */
import { Anchor, Group, NumberInput, Select, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { Link } from 'wouter';
import { EXPERIMENTS_TEXT } from '../../i18n/experiments.ts';
import { useTexts } from '../../i18n/language.tsx';
import type { Choices, ExperimentDraft } from './experiment-draft.ts';

interface StepProps {
  readonly draft: ExperimentDraft;
  readonly set: (change: Partial<ExperimentDraft>) => void;
  readonly choices: Choices;
}

export function RowsStep({ draft, set, choices: { datasets } }: StepProps) {
  const text = useTexts(EXPERIMENTS_TEXT).wizard;
  return (
    <>
      {datasets.length === 0 && (
        <Text>
          {text.noData}{' '}
          <Anchor component={Link} href="~/data" underline="always">
            {text.toData}
          </Anchor>
        </Text>
      )}
      <Select
        label={text.train}
        data={[...datasets]}
        value={draft.train || null}
        onChange={(train) => set({ train: train ?? '', test: '' })}
        searchable
      />
      <Select
        label={text.test}
        description={text.testHelp}
        data={datasets.filter((name) => name !== draft.train)}
        value={draft.test || null}
        onChange={(test) => set({ test: test ?? '' })}
        searchable
      />
      {draft.train !== '' && draft.test === '' && (
        <Text size="sm">
          {text.noTest}{' '}
          <Anchor
            component={Link}
            href={`~/data/set/${encodeURIComponent(draft.train)}`}
            size="sm"
            underline="always"
          >
            {text.toSplit}
          </Anchor>
        </Text>
      )}
      <TextInput
        label={text.name}
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
    </>
  );
}

export function ModelStep({ draft, set, choices: { models } }: StepProps) {
  const text = useTexts(EXPERIMENTS_TEXT).wizard;
  return (
    <>
      {models.length === 0 && (
        <Text>
          {text.noModel}{' '}
          <Anchor component={Link} href="~/models" underline="always">
            {text.toModels}
          </Anchor>
        </Text>
      )}
      <Select
        label={text.model}
        description={text.modelHelp}
        data={models.map(({ name, title }) => ({ value: name, label: title }))}
        value={draft.model || null}
        onChange={(model) => set({ model: model ?? '' })}
        searchable
      />
      <Group gap="sm" grow align="flex-start">
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
      </Group>
    </>
  );
}

export function RuleStep({ draft, set }: StepProps) {
  const all = useTexts(EXPERIMENTS_TEXT);
  const text = all.wizard;
  return (
    <>
      <Textarea
        label={text.question}
        description={text.questionHelp}
        autosize
        value={draft.question}
        onChange={(event) => set({ question: event.currentTarget.value })}
      />
      <Group gap="sm" grow align="flex-start">
        <Select
          label={text.metric}
          description={text.metricHelp}
          data={(['macro_f1', 'accuracy'] as const).map((value) => ({ value, label: all.metrics[value] }))}
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
      </Group>
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
