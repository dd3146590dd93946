/** The form of a new training: five fields, or every setting; beside it the estimate, the run file and the command. */
import { Alert, Anchor, Button, Group, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { GROUPS, type Group as GroupName, SETTINGS, type Setting } from '../../../src/config/index.ts';
import { DATASETS, MODELS, RUNS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { useLanguage, useSaid, useTexts } from '../../i18n/language.tsx';
import { TRAIN } from '../../i18n/train.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { FormColumns } from '../../ui/form-columns.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';
import { type CheckedDraft, checkDraft, type Draft, FIRST_DRAFT, nameFor, SIMPLE_KEYS } from './draft.ts';
import { EstimatePanel } from './estimate-panel.tsx';
import { type Option, SettingField } from './setting-field.tsx';

const SUPPORTED = SETTINGS.filter(({ status }) => status === 'supported');

export function TrainForm() {
  const text = useTexts(TRAIN);
  const [, go] = useLocation();
  const [draft, setDraft] = useStored<Draft>('train.draft', FIRST_DRAFT);
  const [view, setView] = useStored<'simple' | 'all'>('train.view', 'simple');
  const [search, setSearch] = useState('');
  const options = useOptions();
  const start = useDo(RUNS.start);
  const checked = useMemo(() => checkDraft(draft), [draft]);
  const set = (key: string, value: unknown) => setDraft((before) => ({ ...before, [key]: value }));
  useNamedRun(draft, set);
  const isChosen = Boolean(checked.config.model_name_or_path) && checked.config.dataset.length > 0;
  const launch = () =>
    start.mutate(
      { body: { settings: { ...checked.settings } } },
      {
        onSuccess: ({ run }) => {
          set('output_dir', '');
          go(`/run/${run}`);
        },
      },
    );
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {text.back}
      </Anchor>
      <PageHead
        title={text.form.title}
        about={text.form.about}
        actions={
          <SegmentedControl
            value={view}
            onChange={(value) => setView(value as 'simple' | 'all')}
            data={[
              { value: 'simple', label: text.form.simple },
              { value: 'all', label: text.form.all },
            ]}
          />
        }
      />
      {options.datasetCount === 0 && (
        <Alert mb="md" p="sm">
          {text.needData}{' '}
          <Anchor component={Link} href="~/data" inherit underline="always">
            {text.toData}
          </Anchor>
        </Alert>
      )}
      <FormColumns columns="minmax(0, 1fr) minmax(280px, 420px)">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            launch();
          }}
        >
          {view === 'all' && (
            <TextInput
              data-search
              mb="md"
              type="search"
              placeholder={text.form.search}
              aria-label={text.form.search}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
          )}
          <Fields {...{ view, search, draft, set, checked, options: options.byKey }} />
        </form>
        <Stack gap="md" style={{ position: 'sticky', top: 16, alignSelf: 'start' }}>
          <EstimatePanel settings={checked.settings} isSound={isChosen && checked.problems.length === 0} />
          <Problems checked={checked} isTouched={isChosen} />
          {start.error && <ErrorState error={start.error} />}
          <Group gap="xs">
            <Button
              size="sm"
              leftSection={<IconPlayerPlay size={16} />}
              loading={start.isPending}
              disabled={!isChosen || checked.problems.length > 0}
              title={text.form.queueIt}
              onClick={launch}
            >
              {text.form.go}
            </Button>
            <CopyButton value={checked.command} label={text.form.command} />
            <CopyButton value={checked.yaml} label={text.form.yaml} />
            <Button variant="subtle" color="gray" onClick={() => setDraft(FIRST_DRAFT)}>
              {text.form.reset}
            </Button>
          </Group>
          <section>
            <Title order={3} mb={4}>
              {text.form.runFile}
            </Title>
            <pre className="code" tabIndex={0}>
              {checked.yaml}
            </pre>
          </section>
        </Stack>
      </FormColumns>
    </>
  );
}

interface FieldsProps {
  readonly view: 'simple' | 'all';
  readonly search: string;
  readonly draft: Draft;
  readonly set: (key: string, value: unknown) => void;
  readonly checked: CheckedDraft;
  readonly options: ReadonlyMap<string, readonly Option[]>;
}

function Fields({ view, search, draft, set, checked, options }: FieldsProps) {
  const text = useTexts(TRAIN).form;
  const said = useSaid();
  const { language } = useLanguage();
  const problemOf = (key: string) =>
    checked.problems.find(({ keys }) => keys?.[0] === key && !isUntouched(draft, key))?.text[language];
  const field = (setting: Setting) => (
    <SettingField
      key={setting.key}
      setting={setting}
      value={draft[setting.key]}
      onChange={(value) => set(setting.key, value)}
      problem={problemOf(setting.key)}
      options={options.get(setting.key)}
      {...(view === 'simple' && setting.key === 'output_dir' && { label: text.name, help: text.nameHelp })}
    />
  );
  if (view === 'simple') {
    return (
      <Stack gap="md">{SIMPLE_KEYS.map((key) => field(SUPPORTED.find((one) => one.key === key)!))}</Stack>
    );
  }
  const wanted = search.trim().toLowerCase();
  const found = SUPPORTED.filter(
    ({ key, help }) =>
      key.includes(wanted.replaceAll(/[\s-]/g, '_')) || help[language].toLowerCase().includes(wanted),
  );
  const groups = (Object.keys(GROUPS) as GroupName[]).filter((group) =>
    found.some((one) => one.group === group),
  );
  if (groups.length === 0) return <Text c="dimmed">{text.none}</Text>;
  return (
    <Stack gap="lg">
      {groups.map((group) => (
        <section key={group}>
          <Title order={2} mb="xs">
            {said(GROUPS[group])}
          </Title>
          <Stack gap="md">{found.filter((one) => one.group === group).map(field)}</Stack>
        </section>
      ))}
    </Stack>
  );
}

/** What concerns several fields, or fields that are not shown. */
function Problems({ checked, isTouched }: { checked: CheckedDraft; isTouched: boolean }) {
  const text = useTexts(TRAIN).form;
  const said = useSaid();
  if (!isTouched || checked.problems.length === 0) return null;
  return (
    <Alert color="red" p="sm" title={text.problems(checked.problems.length)} role="alert">
      <Stack gap={4}>
        {checked.problems.map(({ text: problem }) => (
          <Text key={problem.en} size="sm" style={{ overflowWrap: 'anywhere' }}>
            {said(problem)}
          </Text>
        ))}
      </Stack>
    </Alert>
  );
}

/** Models, data sets and adapters to choose from. */
function useOptions(): { byKey: ReadonlyMap<string, readonly Option[]>; datasetCount: number | undefined } {
  const text = useTexts(TRAIN).form;
  const format = useFormat();
  const models = useAsk(MODELS.list).data;
  const datasets = useAsk(DATASETS.list).data?.datasets;
  return useMemo(() => {
    const names = (datasets ?? []).map(({ name, problem }) => ({
      value: name,
      label: name,
      disabled: problem !== undefined,
    }));
    const byKey = new Map<string, readonly Option[]>([
      [
        'model_name_or_path',
        (models?.models ?? []).map(({ name, title, isHere }) => ({
          value: name,
          label: isHere ? title : title + format.note(text.noModel),
          disabled: !isHere,
        })),
      ],
      ['dataset', names],
      ['eval_dataset', names],
      ['adapter_name_or_path', (models?.adapters ?? []).map(({ path }) => ({ value: path, label: path }))],
    ]);
    return { byKey, datasetCount: datasets?.length };
  }, [models, datasets, text, format]);
}

/** A name for the run as long as nobody gave one. */
function useNamedRun(draft: Draft, set: (key: string, value: unknown) => void): void {
  const runs = useAsk(RUNS.list).data?.runs;
  const model = String(draft['model_name_or_path'] ?? '');
  const dataset = String(draft['dataset'] ?? '');
  const suggestion = useMemo(
    () =>
      runs && model && dataset
        ? nameFor(
            dataset,
            model,
            runs.map(({ folder }) => folder),
          )
        : '',
    [runs, model, dataset],
  );
  const suggested = useRef('');
  const current = String(draft['output_dir'] ?? '');
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new suggestion changes it
  useEffect(() => {
    const isOurs = current === '' || current === suggested.current;
    if (suggestion !== '' && isOurs) set('output_dir', suggestion);
    suggested.current = suggestion;
  }, [suggestion]);
}

function isUntouched(draft: Draft, key: string): boolean {
  return draft[key] === undefined;
}
