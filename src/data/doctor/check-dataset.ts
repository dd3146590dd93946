/** Examines a data set: every row passes all checks once, and what they find comes with rows, reasons and repairs. */
import type { OnProgress } from '../../core/index.ts';
import { stripThoughts } from '../../text/index.ts';
import { readDatasetInfo } from '../dataset-info.ts';
import { readDataset } from '../read-dataset.ts';
import type { Row } from '../rows.ts';
import type { RowFinding, Sample } from '../samples.ts';
import { checkEntry, toSample } from '../to-samples.ts';
import { ADVICE } from './advice.ts';
import { AnswerInPromptCheck } from './answer-in-prompt.ts';
import { type Encoding, findCutRows, mayBeCut } from './cut-rows.ts';
import type { Check, CheckedRow, Diagnosis, Finding, Repair, Severity } from './diagnosis.ts';
import { LabelCheck } from './labels.ts';
import { LanguageMixCheck } from './language-mix.ts';
import { ConflictCheck, DuplicateCheck } from './repeated.ts';
import { SensitiveCheck } from './sensitive.ts';
import { SimilarRowsCheck } from './similar-rows.ts';

export interface CheckOptions {
  readonly datasetDir: string;
  /** Data sets whose questions must not stand in this one: those that it will be judged on. */
  readonly heldOut: readonly string[];
  readonly encoding: Encoding;
  /** Draws the rows of num_samples. */
  readonly seed: number;
  readonly onProgress?: OnProgress;
}

export interface Examination {
  readonly dataset: string;
  readonly heldOut: readonly string[];
  /** Rows in its files, and how many of them can be used. */
  readonly rows: number;
  readonly usableRows: number;
  /** The worst first. */
  readonly diagnoses: readonly Diagnosis[];
}

/** An examination with what is needed to repair the rows. */
export interface ExaminedDataset extends Examination {
  readonly repairable: readonly RepairableRow[];
}

/** A row, and what is to be done to it: the repairs of all findings that concern it. */
export interface RepairableRow {
  readonly row: Row;
  readonly repairs: readonly { readonly check: Finding['check']; readonly repair: Repair }[];
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];
const ROWS_PER_REPORT = 5000;

/** @throws DataError when a data set cannot be found, read or understood */
export async function examineDataset(name: string, options: CheckOptions): Promise<ExaminedDataset> {
  const { datasetDir, heldOut, encoding, seed, onProgress } = options;
  const [entry] = readDatasetInfo(datasetDir, [name]);
  const similar = new SimilarRowsCheck();
  for (const { asked, system, answer, place } of await heldOutRows(heldOut, options)) {
    similar.seeHeldOut({ asked, system, answer, place });
  }
  const read = await readDataset(entry!, seed);
  checkEntry(entry!, read.rows);
  const checks: Check[] = [
    new DuplicateCheck(),
    new ConflictCheck(),
    new LabelCheck(),
    new AnswerInPromptCheck(),
    new LanguageMixCheck(),
    new SensitiveCheck(),
    similar,
  ];
  const usable: Row[] = [];
  const long: number[] = [];
  const unusable: { row?: Row; finding: RowFinding }[] = read.findings.map((finding) => ({ finding }));
  for (const [index, row] of read.rows.entries()) {
    const { sample, finding } = toSample(row, entry!);
    if (sample) {
      const checked = checkedRow(sample, usable.length);
      for (const check of checks) check.see(checked);
      if (mayBeCut(sample, encoding.settings)) long.push(checked.place);
      usable.push(row);
    } else if (finding) unusable.push({ row, finding });
    const done = index + 1;
    if (done % ROWS_PER_REPORT === 0 || done === read.rows.length) {
      onProgress?.({ task: 'check rows', done, total: read.rows.length, unit: 'rows' });
    }
  }
  const longSamples = long.map((place) => ({ place, sample: toSample(usable[place]!, entry!).sample! }));
  const findings = [
    ...checks.flatMap((check) => check.finish()),
    ...(long.length > 0 ? await findCutRows(longSamples, usable.length, encoding) : []),
  ];
  const repairs = new Map<Row, { check: Finding['check']; repair: Repair }[]>();
  const note = (row: Row, check: Finding['check'], repair: Repair | undefined) => {
    if (repair) repairs.set(row, [...(repairs.get(row) ?? []), { check, repair }]);
  };
  for (const { row } of unusable) if (row) note(row, 'unusable', { kind: 'drop' });
  for (const { check, rows } of findings) {
    for (const { place, repair } of rows) note(usable[place]!, check, repair);
  }
  const diagnoses = [
    ...unusableDiagnosis(unusable),
    ...findings.map((finding) => diagnosisOf(finding, usable)),
  ];
  return {
    dataset: name,
    heldOut,
    rows: read.rows.length + read.findings.length,
    usableRows: usable.length,
    diagnoses: diagnoses.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)),
    repairable: read.rows.map((row) => ({ row, repairs: repairs.get(row) ?? [] })),
  };
}

async function heldOutRows(
  names: readonly string[],
  { datasetDir, seed }: CheckOptions,
): Promise<CheckedRow[]> {
  const rows: CheckedRow[] = [];
  for (const entry of readDatasetInfo(datasetDir, names)) {
    for (const row of (await readDataset(entry, seed)).rows) {
      const { sample } = toSample(row, entry);
      if (sample) rows.push(checkedRow(sample, rows.length));
    }
  }
  return rows;
}

function checkedRow({ conversation }: Sample, place: number): CheckedRow {
  const { messages, system = '' } = conversation;
  const asked = messages
    .slice(0, -1)
    .map(({ content }) => content)
    .join('\n');
  return { place, system, asked, answer: stripThoughts(messages.at(-1)!.content) };
}

function diagnosisOf({ rows, ...finding }: Finding, usable: readonly Row[]): Diagnosis {
  return {
    ...finding,
    ...ADVICE[finding.check],
    isFixable: rows.some(({ repair }) => repair),
    rows: rows.map(({ place, note }) => ({ file: usable[place]!.file, row: usable[place]!.row, note })),
  };
}

function unusableDiagnosis(unusable: readonly { finding: RowFinding }[]): Diagnosis[] {
  if (unusable.length === 0) return [];
  const count = unusable.length;
  return [
    {
      check: 'unusable',
      severity: 'warning',
      what: { en: `${count} rows cannot be used`, zh: `${count} 行无法使用` },
      ...ADVICE.unusable,
      isFixable: true,
      rows: unusable.map(({ finding: { file, row, reason } }) => ({
        file,
        row,
        note: { en: reason, zh: reason },
      })),
    },
  ];
}
