/** Files that a user brings along: what they hold, what they would become, and the data set that is made of them. */
import {
  type DatasetPlan,
  guessRoles,
  openTable,
  planDataset,
  type ReadOptions,
  type RoleTexts,
  type SourceTable,
} from '../data/index.ts';
import { classesOf, rowOf } from './data-desk-samples.ts';
import type { Plan, Table } from './wire/index.ts';

export interface PlanAt extends ReadOptions {
  readonly path: string;
  readonly datasetDir: string;
  readonly name: string;
  readonly roles: RoleTexts;
}

export const FINDINGS_SHOWN = 200;
const EXAMPLES = 5;
const EXAMPLE_LENGTH = 300;
const PREVIEWED_ROWS = 5;

/** What was read last: the next question is mostly about the same. */
let last: { key: string; value: SourceTable } | undefined;

async function tableAt(path: string, { hasHeader, sheet, encoding }: ReadOptions): Promise<SourceTable> {
  const key = JSON.stringify([path, hasHeader, sheet, encoding]);
  if (last?.key !== key) last = { key, value: await openTable([path], { hasHeader, sheet, encoding }) };
  return last.value;
}

export const uploadMethods = {
  async table({ path, ...options }: ReadOptions & { path: string }): Promise<Omit<Table, 'name'>> {
    const table = await tableAt(path, options);
    const { roles, doubts } = guessRoles(table.columns);
    const [format] = table.formats;
    return {
      rows: table.rows.length,
      columns: columnsOf(table),
      hasHeader: table.hasHeader,
      findings: table.findings.slice(0, FINDINGS_SHOWN),
      roles,
      doubts: [...doubts],
      ...(format && { encoding: format.encoding, delimiter: format.delimiter }),
    };
  },

  async plan(request: PlanAt): Promise<Plan> {
    const { samples, findings } = await planOf(request);
    return {
      rows: samples.length,
      samples: samples.slice(0, PREVIEWED_ROWS).map(rowOf),
      findings: findings.slice(0, FINDINGS_SHOWN),
      findingCount: findings.length,
      ...classesOf(samples),
    };
  },

  async add(request: PlanAt): Promise<{ name: string; rows: number }> {
    const plan = await planOf(request);
    plan.write();
    return { name: plan.name, rows: plan.samples.length };
  },

  /** Of a data set's own file, to split by. */
  async columns({ path }: { path: string }): Promise<{ columns: Table['columns'] }> {
    return { columns: columnsOf(await openTable([path])) };
  },
};

async function planOf({ path, datasetDir, name, roles, ...options }: PlanAt): Promise<DatasetPlan> {
  return planDataset(await tableAt(path, options), roles, { name, datasetDir });
}

function columnsOf({ columns, rows }: SourceTable): Table['columns'] {
  return columns.map(({ name, kind, filled, distinct, meanLength }) => ({
    name,
    kind,
    filled,
    distinct,
    meanLength,
    examples: rows.slice(0, EXAMPLES).map(({ values }) => shownValue(values[name])),
  }));
}

function shownValue(value: unknown): string {
  const shown = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  return shown.length > EXAMPLE_LENGTH ? `${shown.slice(0, EXAMPLE_LENGTH)}…` : shown;
}
