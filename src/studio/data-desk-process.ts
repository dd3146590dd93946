/**
 * Reads rows for the studio, in a process of its own: a file that fills all memory, or sends its reader round for ever,
 * ends this process and not the studio, and what was read is given back to the system with it.
 */
import { DataError, messageOf, TunesmithError } from '../core/index.ts';
import {
  type DatasetPlan,
  guessRoles,
  loadDatasets,
  openTable,
  planDataset,
  type RoleTexts,
  type RowFinding,
  type Sample,
  type SourceTable,
  showRow,
} from '../data/index.ts';
import { resolveModel } from '../hub/index.ts';
import { getTemplate, loadTokenizer, type Template, type Tokenizer } from '../text/index.ts';
import type { DataRow, Lengths, Overview, Plan, ShownRow, Table } from './wire/index.ts';

interface DatasetPlace {
  readonly datasetDir: string;
  readonly name: string;
  /** Tells an old reading from a new one. */
  readonly version: string;
}

interface Reading {
  readonly model: string;
  readonly template?: string | undefined;
  readonly cutoffLen: number;
}

interface PlanRequest {
  readonly path: string;
  readonly datasetDir: string;
  readonly name: string;
  readonly roles: RoleTexts;
  readonly hasHeader?: boolean | undefined;
}

const FINDINGS_SHOWN = 200;
const CLASSES_SHOWN = 100;
const EXAMPLES = 5;
const EXAMPLE_LENGTH = 300;
const PREVIEWED_ROWS = 5;
/** Tokenizing more takes longer than anybody watches; the first ones tell the shape. */
const MEASURED_ROWS = 5000;
const BINS = 40;

/** What was read last: the next question is mostly about the same. */
let table: { key: string; value: SourceTable } | undefined;
let dataset: { key: string; samples: readonly Sample[]; findings: readonly RowFinding[] } | undefined;
let text: { key: string; tokenizer: Tokenizer; template: Template; name: string } | undefined;

async function tableAt(path: string, hasHeader?: boolean): Promise<SourceTable> {
  const key = `${path} ${hasHeader}`;
  if (table?.key !== key) table = { key, value: await openTable([path], { hasHeader }) };
  return table.value;
}

async function datasetAt({ datasetDir, name, version }: DatasetPlace) {
  const key = `${datasetDir} ${name} ${version}`;
  if (dataset?.key !== key) {
    dataset = { key, ...(await loadDatasets([name], { datasetDir, seed: 42 })) };
  }
  return dataset;
}

async function textOf({ model, template }: Reading) {
  const key = `${model} ${template ?? ''}`;
  if (text?.key !== key) {
    const files = await resolveModel(model);
    const tokenizer = await loadTokenizer(files);
    text = {
      key,
      tokenizer,
      template: getTemplate(template ?? files.suggestedTemplate, tokenizer),
      name: files.name,
    };
  }
  return text;
}

const METHODS = {
  async table({ path, hasHeader }: { path: string; hasHeader?: boolean }): Promise<Omit<Table, 'name'>> {
    const { rows, columns, formats, findings, hasHeader: has } = await tableAt(path, hasHeader);
    const { roles, doubts } = guessRoles(columns);
    const [format] = formats;
    return {
      rows: rows.length,
      columns: columns.map(({ name, kind, filled, distinct, meanLength }) => ({
        name,
        kind,
        filled,
        distinct,
        meanLength,
        examples: rows.slice(0, EXAMPLES).map(({ values }) => shownValue(values[name])),
      })),
      hasHeader: has,
      findings: findings.slice(0, FINDINGS_SHOWN),
      roles,
      doubts: [...doubts],
      ...(format && { encoding: format.encoding, delimiter: format.delimiter }),
    };
  },

  async plan(request: PlanRequest): Promise<Omit<Plan, 'command'>> {
    const { samples, findings } = await planOf(request);
    return {
      rows: samples.length,
      samples: samples.slice(0, PREVIEWED_ROWS).map(rowOf),
      findings: findings.slice(0, FINDINGS_SHOWN),
      findingCount: findings.length,
      ...classesOf(samples),
    };
  },

  async add(request: PlanRequest): Promise<{ name: string; rows: number }> {
    const plan = await planOf(request);
    plan.write();
    return { name: plan.name, rows: plan.samples.length };
  },

  async overview(place: DatasetPlace): Promise<Overview> {
    const { samples, findings } = await datasetAt(place);
    const seen = new Set(samples.map(({ conversation }) => JSON.stringify(conversation)));
    return {
      name: place.name,
      rows: samples.length,
      findings: findings.slice(0, FINDINGS_SHOWN),
      findingCount: findings.length,
      duplicates: samples.length - seen.size,
      ...classesOf(samples),
    };
  },

  async rows({
    place,
    offset,
    limit,
    search,
    label,
  }: {
    place: DatasetPlace;
    offset: number;
    limit: number;
    search: string;
    label?: string | undefined;
  }): Promise<{ total: number; rows: DataRow[] }> {
    const { samples } = await datasetAt(place);
    const wanted = search.toLowerCase();
    const found =
      wanted === '' && label === undefined
        ? samples
        : samples.filter(({ conversation: { messages } }) => {
            if (label !== undefined && messages.at(-1)!.content !== label) return false;
            return messages.some(({ content }) => content.toLowerCase().includes(wanted));
          });
    return { total: found.length, rows: found.slice(offset, offset + limit).map(rowOf) };
  },

  async tokens({
    place,
    row,
    reading,
  }: {
    place: DatasetPlace;
    row: number;
    reading: Reading;
  }): Promise<ShownRow> {
    const { samples } = await datasetAt(place);
    const sample = samples.find(({ origin }) => origin.row === row);
    if (!sample)
      throw new DataError(
        `data set "${place.name}": row ${row} is not there or was left out; choose another`,
      );
    const { tokenizer, template, name } = await textOf(reading);
    const { tokens, finding } = showRow(sample, template, tokenizer, settingsOf(reading));
    return { model: name, template: template.name, tokens: [...tokens], ...(finding && { finding }) };
  },

  async lengths({ place, reading }: { place: DatasetPlace; reading: Reading }): Promise<Lengths> {
    const { samples } = await datasetAt(place);
    const { tokenizer, template } = await textOf(reading);
    const lengths = samples
      .slice(0, MEASURED_ROWS)
      .map((sample) => showRow(sample, template, tokenizer, settingsOf(reading)).tokens.length);
    return histogram(lengths, reading.cutoffLen);
  },
};

export type DeskMethods = typeof METHODS;

async function planOf({ path, datasetDir, name, roles, hasHeader }: PlanRequest): Promise<DatasetPlan> {
  return planDataset(await tableAt(path, hasHeader), roles, { name, datasetDir });
}

function settingsOf({ cutoffLen }: Reading) {
  return {
    cutoffLen,
    trainOnPrompt: false,
    maskHistory: false,
    enableThinking: true,
    truncation: 'keep',
  } as const;
}

function rowOf({ conversation, origin }: Sample): DataRow {
  const { messages, system } = conversation;
  const answer = messages.at(-1)!;
  const asked = messages.slice(0, -1);
  return {
    row: origin.row,
    file: origin.file,
    ...(system !== undefined && { system }),
    input:
      asked.length === 1
        ? asked[0]!.content
        : asked.map(({ role, content }) => `${role}: ${content}`).join('\n'),
    output: answer.content,
    turns: Math.ceil(messages.length / 2),
  };
}

function classesOf(samples: readonly Sample[]) {
  const counts = new Map<string, number>();
  for (const { conversation } of samples) {
    const answer = conversation.messages.at(-1)!.content;
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  const areClasses = counts.size <= CLASSES_SHOWN && counts.size * 2 <= samples.length;
  const classes = areClasses
    ? [...counts].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count)
    : [];
  return { classes, distinctAnswers: counts.size };
}

function histogram(lengths: readonly number[], cutoffLen: number): Lengths {
  const sorted = [...lengths].sort((a, b) => a - b);
  const longest = sorted.at(-1) ?? 0;
  const binWidth = Math.max(1, Math.ceil((longest + 1) / BINS));
  const counts = new Array<number>(Math.ceil((longest + 1) / binWidth)).fill(0);
  for (const length of lengths) counts[Math.floor(length / binWidth)]!++;
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    binWidth,
    counts,
    longest,
    median: at(0.5),
    p95: at(0.95),
    beyondCutoff: lengths.filter((length) => length > cutoffLen).length,
    cutoffLen,
    measured: lengths.length,
  };
}

function shownValue(value: unknown): string {
  const shown = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  return shown.length > EXAMPLE_LENGTH ? `${shown.slice(0, EXAMPLE_LENGTH)}…` : shown;
}

/** One question; `id` comes back with the answer. */
export interface Question {
  readonly id: number;
  readonly method: keyof DeskMethods;
  readonly input: unknown;
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly code: string; readonly message: string };

process.on('message', async ({ id, method, input }: Question) => {
  try {
    const answer = METHODS[method] as (input: unknown) => Promise<unknown>;
    process.send!({ id, value: await answer(input) } satisfies Answer);
  } catch (error) {
    const code = error instanceof TunesmithError ? error.code : 'internal';
    process.send!({ id, code, message: messageOf(error) } satisfies Answer);
  }
});
process.on('disconnect', () => process.exit());
