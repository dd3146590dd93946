/** Splitting: how much goes where, what stays together, and what an earlier split made. */
import { Button, Group, NumberInput, Select, Stack, Switch, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import {
  commandLine,
  DATASETS,
  type Overview,
  SPLITS,
  type Split,
  type SplitRequest,
  splitWords,
} from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';

interface Draft {
  readonly val: number;
  readonly test: number;
  readonly stratify?: string | undefined;
  readonly group?: string | undefined;
  readonly seed: number;
}

const FIRST: Draft = { val: 0.1, test: 0.1, seed: 42 };
const PARTS = ['train', 'val', 'test'] as const;
const STRATA_SHOWN = 100;

export function SplitTab({ overview, datasetDir }: { overview: Overview; datasetDir: string }) {
  const text = useTexts(DATA);
  const format = useFormat();
  const all = text.split;
  const { name } = overview;
  const [draft, setDraft] = useStored<Draft>(`data.split.${name}`, FIRST);
  const columns = useAsk(SPLITS.columns, { params: { name } });
  const record = useAsk(SPLITS.record, { params: { name } });
  const known = useAsk(DATASETS.list).data?.datasets.map((dataset) => dataset.name) ?? [];
  const split = useDo(SPLITS.split);
  const parts = PARTS.filter((part) => part === 'train' || draft[part] > 0).map((part) => `${name}_${part}`);
  const earlier = parts.filter((part) => known.includes(part));
  const [replace, setReplace] = useStored(`data.split.replace.${name}`, false);
  const request: SplitRequest = { ...draft, replace: replace && earlier.length > 0 };
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const names = columns.data?.columns.map((column) => column.name) ?? [];
  const column = (key: 'stratify' | 'group') => (
    <Select
      label={all[key]}
      description={all[`${key}Help`]}
      placeholder={key === 'stratify' ? all.answers : all.none}
      data={names}
      value={draft[key] ?? null}
      onChange={(value) => set({ [key]: value ?? undefined })}
      clearable
      searchable
    />
  );
  return (
    <div
      style={{ display: 'grid', gridTemplateColumns: 'minmax(260px, 2fr) minmax(0, 3fr)', gap: 24 }}
      className="form-grid"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          split.mutate({ params: { name }, body: request });
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{all.about}</Text>
          <Group gap="xs" align="flex-end" grow>
            {(['val', 'test'] as const).map((part) => (
              <NumberInput
                key={part}
                label={all.parts[part]}
                description={all.shareHelp(shareOf(draft[part], overview.rows))}
                min={0}
                step={0.05}
                value={draft[part]}
                onChange={(value) => set({ [part]: Number(value) })}
              />
            ))}
          </Group>
          {column('stratify')}
          {column('group')}
          {columns.error && <ErrorState error={columns.error} />}
          <NumberInput
            label={all.seed}
            description={all.seedHelp}
            min={0}
            allowDecimal={false}
            value={draft.seed}
            onChange={(value) => set({ seed: Number(value) })}
          />
          {earlier.length > 0 && (
            <Switch
              label={all.replace}
              description={all.replaceHelp(format.list(earlier))}
              checked={replace}
              onChange={(event) => setReplace(event.currentTarget.checked)}
            />
          )}
          {split.error && <ErrorState error={split.error} />}
          <Button
            type="submit"
            style={{ alignSelf: 'start' }}
            loading={split.isPending}
            disabled={earlier.length > 0 && !replace}
          >
            {all.go}
          </Button>
          <CommandLine command={commandLine(splitWords(name, request, datasetDir))} />
        </Stack>
      </form>
      <section className="panel" aria-label={all.made}>
        <Title order={2} mb="xs">
          {all.made}
        </Title>
        {record.error && <ErrorState error={record.error} />}
        {record.data?.split ? (
          <Made split={record.data.split} known={known} />
        ) : (
          <Text size="sm" c="dimmed">
            {all.notYet}
          </Text>
        )}
      </section>
    </div>
  );
}

function shareOf(value: number, rows: number): number {
  return Math.round(value < 1 ? value * rows : value);
}

function Made({ split, known }: { split: Split; known: readonly string[] }) {
  const text = useTexts(DATA);
  const all = text.split;
  const format = useFormat();
  const { parts, rows, strata, stratify, group, seed, duplicates, dropped } = split;
  const made = PARTS.filter((part) => Object.keys(parts).some((name) => name.endsWith(`_${part}`)));
  const values = Object.entries(strata);
  return (
    <Stack gap="xs">
      <table className="table" aria-label={all.made}>
        <thead>
          <tr>
            <th>{stratify === null ? '' : stratify === 'answer' ? text.answer : stratify}</th>
            {made.map((part) => (
              <th key={part} className="number">
                {all.parts[part]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>{all.dataset}</td>
            {made.map((part) => {
              const name = Object.keys(parts).find((one) => one.endsWith(`_${part}`))!;
              return (
                <td key={part} className="number">
                  {known.includes(name) ? (
                    <Link href={`/set/${encodeURIComponent(name)}`}>{name}</Link>
                  ) : (
                    name
                  )}
                </td>
              );
            })}
          </tr>
          <tr style={{ fontWeight: 600 }}>
            <td>{text.rows}</td>
            {made.map((part) => (
              <td key={part} className="number">
                {format.count(rows[part])}
              </td>
            ))}
          </tr>
          {values.slice(0, STRATA_SHOWN).map(([value, counts]) => (
            <tr key={value}>
              <td style={{ overflowWrap: 'anywhere' }}>{value}</td>
              {made.map((part) => (
                <td key={part} className="number">
                  {format.count(counts[part])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Text size="sm" c="dimmed">
        {values.length > STRATA_SHOWN && `${text.andMore(format.count(values.length - STRATA_SHOWN))} `}
        {all.how(seed, group)} {duplicates > 0 && all.duplicates(format.count(duplicates))}{' '}
        {dropped > 0 && all.dropped(format.count(dropped))}
      </Text>
    </Stack>
  );
}
