/** The columns of an uploaded file, mapped by dropdown, with the rows as they will be trained. */
import {
  Alert,
  Autocomplete,
  Button,
  Collapse,
  Group,
  Stack,
  Switch,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useLocation } from 'wouter';
import {
  addWords,
  commandLine,
  DATASETS,
  type Plan,
  type PlanRequest,
  type RoleTexts,
  type Table,
} from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { Bars } from '../../ui/bars.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Answered, ErrorState, LoadingState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';
import { useFreeName } from './use-free-name.ts';

type Role = keyof RoleTexts;
const FIRST: readonly Role[] = ['instruction', 'output', 'system'];
const ENCODINGS = ['utf-8', 'gb18030', 'utf-16le', 'big5', 'shift_jis', 'windows-1252'];
const FURTHER: readonly Role[] = ['input', 'history', 'messages', 'tools'];

/** What is filled in, kept over a reload for as long as the upload is there. */
interface Draft {
  /** Only the roles that were changed by hand. */
  readonly roles: Readonly<Partial<Record<Role, string>>>;
  readonly hasHeader?: boolean;
  readonly sheet: string;
  readonly encoding: string;
}

const FIRST_DRAFT: Draft = { roles: {}, sheet: '', encoding: '' };

export function MapColumns({ id }: { id: string }) {
  const text = useTexts(DATA).map;
  const [draft, setDraft] = useStored<Draft>(`data.map.${id}`, FIRST_DRAFT);
  const { hasHeader, sheet, encoding } = draft;
  const query = {
    ...(hasHeader !== undefined && { hasHeader: hasHeader ? ('true' as const) : ('false' as const) }),
    ...(sheet !== '' && { sheet }),
    ...(encoding !== '' && { encoding }),
  };
  const [asked] = useDebouncedValue(JSON.stringify(query), 400);
  const table = useAsk(
    DATASETS.table,
    { params: { id }, query: JSON.parse(asked) as typeof query },
    { keep: true },
  );
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  return (
    <>
      {!table.data && <PageHead title={text.title('…')} about={text.about} />}
      {table.error && table.data && <ErrorState error={table.error} />}
      <Answered of={table}>{(data) => <Mapping id={id} table={data} draft={draft} set={set} />}</Answered>
    </>
  );
}

interface MappingProps {
  readonly id: string;
  readonly table: Table;
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
}

function Mapping({ id, table, draft, set }: MappingProps) {
  const text = useTexts(DATA).map;
  const format = useFormat();
  const [, go] = useLocation();
  const roles: RoleTexts = { ...table.roles, ...draft.roles };
  const [freeName, setName] = useFreeName(`upload.${id}`, nameOf(table.name));
  const { hasHeader = table.hasHeader, sheet, encoding: told } = draft;
  const [isMore, setMore] = useState(FURTHER.some((role) => roles[role] !== undefined));
  const given = Object.fromEntries(Object.entries(roles).filter(([, value]) => value)) as RoleTexts;
  const wanted: PlanRequest = {
    ...{ name: freeName, roles: given },
    ...(draft.hasHeader !== undefined && { hasHeader }),
    ...(sheet !== '' && { sheet }),
    ...(told !== '' && { encoding: told }),
  };
  const [asked] = useDebouncedValue(JSON.stringify(wanted), 400);
  const body = JSON.parse(asked) as PlanRequest;
  const isReady =
    Boolean(body.roles.messages || (body.roles.instruction && body.roles.output)) && body.name !== '';
  const plan = useAsk(DATASETS.plan, { params: { id }, body }, { enabled: isReady, keep: true });
  const datasetDir = useAsk(DATASETS.list).data?.datasetDir ?? 'data';
  const add = useDo(DATASETS.add);
  const discard = useDo(DATASETS.discard);
  // Nobody asks for it again.
  const forget = () => {
    for (const kept of ['map.', 'name.upload.']) localStorage.removeItem(`tunesmith.data.${kept}${id}`);
  };
  const field = (role: Role) => (
    <Autocomplete
      key={role}
      label={text.roles[role]}
      description={table.doubts.includes(role) ? text.doubt : text.roleHelp[role]}
      data={table.columns.map((column) => column.name)}
      value={roles[role] ?? ''}
      onChange={(value) => set({ roles: { ...draft.roles, [role]: value } })}
      placeholder={text.none}
      size="xs"
      clearable
    />
  );
  const { encoding, delimiter } = table;
  return (
    <Stack gap="md">
      <PageHead
        title={text.title(table.name)}
        about={
          <>
            {text.found(format.count(table.rows), table.columns.length)}
            {encoding && ` · ${encoding.toUpperCase()}`}
            {delimiter && ` · ${JSON.stringify(delimiter)}`} · {text.about}
          </>
        }
      />
      <div
        style={{ display: 'grid', gridTemplateColumns: 'minmax(260px, 2fr) minmax(0, 3fr)', gap: 24 }}
        className="form-grid"
      >
        <Stack gap="sm">
          <TextInput
            label={text.setName}
            value={freeName}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {FIRST.map(field)}
          <Button
            variant="subtle"
            size="compact-xs"
            style={{ alignSelf: 'start' }}
            onClick={() => setMore(!isMore)}
          >
            {text.more}
          </Button>
          <Collapse expanded={isMore}>
            <Stack gap="sm">{FURTHER.map(field)}</Stack>
          </Collapse>
          <Switch
            label={text.header}
            checked={hasHeader}
            onChange={(event) => set({ hasHeader: event.currentTarget.checked })}
          />
          {/\.xlsx$/i.test(table.name) && (
            <TextInput
              label={text.sheet}
              description={text.sheetHelp}
              value={sheet}
              onChange={(event) => set({ sheet: event.currentTarget.value })}
            />
          )}
          {encoding !== undefined && (
            <Autocomplete
              label={text.encoding}
              description={text.encodingHelp}
              data={ENCODINGS}
              placeholder={encoding}
              value={told}
              onChange={(value) => set({ encoding: value })}
              size="xs"
            />
          )}
          <Group gap="xs">
            <Button
              loading={add.isPending}
              disabled={!plan.data || Boolean(plan.error)}
              onClick={() =>
                add.mutate(
                  { params: { id }, body },
                  {
                    onSuccess: (added) => {
                      forget();
                      go(`/set/${encodeURIComponent(added.name)}`);
                    },
                  },
                )
              }
            >
              {text.add}
            </Button>
            <Button
              variant="default"
              onClick={() =>
                discard.mutate(
                  { params: { id } },
                  {
                    onSuccess: () => {
                      forget();
                      go('/');
                    },
                  },
                )
              }
            >
              {text.discard}
            </Button>
          </Group>
          {add.error && <ErrorState error={add.error} />}
          <CommandLine command={commandLine(addWords(table.name, body, datasetDir))} />
        </Stack>
        <Stack gap="md" style={{ minWidth: 0 }}>
          <section className="panel">
            <Title order={2} mb="xs">
              {text.preview}
            </Title>
            {!isReady && (
              <Text size="sm" c="dimmed">
                {text.needRoles}
              </Text>
            )}
            {isReady && plan.error && <ErrorState error={plan.error} />}
            {isReady && !plan.error && (plan.data ? <Preview plan={plan.data} /> : <LoadingState rows={3} />)}
          </section>
          <Columns table={table} />
        </Stack>
      </div>
    </Stack>
  );
}

function Preview({ plan }: { plan: Plan }) {
  const all = useTexts(DATA);
  const said = useSaid();
  const text = all.map;
  const format = useFormat();
  return (
    <Stack gap="sm">
      <Text size="sm">{text.previewRows(format.count(plan.rows))}</Text>
      {plan.classes.length > 0 && <Bars bars={plan.classes.slice(0, 12)} />}
      <div className="scroll-x">
        <table className="table">
          <thead>
            <tr>
              <th className="number">{all.row}</th>
              <th>{all.question}</th>
              <th>{all.answer}</th>
            </tr>
          </thead>
          <tbody>
            {plan.samples.map((row) => (
              <tr key={row.row}>
                <td className="number">{format.count(row.row)}</td>
                <td style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                  {row.system && (
                    <Text size="xs" c="dimmed">
                      {row.system}
                    </Text>
                  )}
                  {row.input}
                </td>
                <td style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{row.output}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {plan.findingCount > 0 && (
        <Alert color="yellow" p="xs" title={text.left(format.count(plan.findingCount))}>
          {plan.findings.slice(0, 5).map(({ row, ...why }) => (
            <Text key={row} size="sm">
              {all.row} {format.count(row)}: {said(why)}
            </Text>
          ))}
        </Alert>
      )}
    </Stack>
  );
}

function Columns({ table }: { table: Table }) {
  const text = useTexts(DATA).map;
  const format = useFormat();
  return (
    <div className="scroll-x panel" style={{ padding: 0 }}>
      <table className="table">
        <thead>
          <tr>
            <th>{text.column}</th>
            <th>{text.kind}</th>
            <th className="number">{text.filled}</th>
            <th className="number">{text.distinct}</th>
            <th>{text.examples}</th>
          </tr>
        </thead>
        <tbody>
          {table.columns.map(({ name, kind, filled, distinct, examples }) => (
            <tr key={name}>
              <td>{name}</td>
              <td>{kind}</td>
              <td className="number">{format.count(filled)}</td>
              <td className="number">{format.count(distinct)}</td>
              <td>
                <Text size="xs" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                  {examples.slice(0, 3).join(' · ')}
                </Text>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function nameOf(file: string): string {
  const stem = file.replace(/\.[^.]+$/, '');
  return stem.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_').replaceAll(/^_+|_+$/g, '') || 'data';
}
