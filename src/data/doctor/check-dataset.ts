/** Examines a data set: every row passes all checks, and what they find comes with rows, reasons and repairs. */
import { heard, type OnProgress } from '../../core/index.ts';
import { stripThoughts } from '../../text/index.ts';
import { type DatasetEntry, type DatasetPlace, openDatasets } from '../dataset-info.ts';
import type { RowFinding, Sample } from '../samples.ts';
import { ADVICE } from './advice.ts';
import { AnswerInPromptCheck } from './answer-in-prompt.ts';
import { type Encoding, findCutRows, mayBeCut } from './cut-rows.ts';
import type { Check, CheckedRow, CheckName, Diagnosis, Finding, Repair, Severity } from './diagnosis.ts';
import { LabelCheck } from './labels.ts';
import { LanguageMixCheck } from './language-mix.ts';
import { ConflictCheck, DuplicateCheck } from './repeated.ts';
import { SensitiveCheck } from './sensitive.ts';
import { SimilarRowsCheck } from './similar-rows.ts';
import { eachRow, Origins } from './usable-rows.ts';

export interface CheckOptions extends DatasetPlace {
  /** Data sets whose questions must not stand in this one: those that it will be judged on. */
  readonly heldOut: readonly string[];
  /** Without it, no row is said to be cut. */
  readonly encoding?: Encoding;
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
  readonly seed: number;
  /** What is to be done to usable rows, by their number. */
  readonly repairs: ReadonlyMap<number, readonly CheckedRepair[]>;
}

export interface CheckedRepair {
  readonly check: CheckName;
  readonly repair: Repair;
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];
const ROWS_PER_REPORT = 5000;

/** @throws DataError when a data set cannot be found, read or understood */
export async function examineDataset(name: string, options: CheckOptions): Promise<ExaminedDataset> {
  const { heldOut, encoding, seed, onProgress } = options;
  const [entry] = await openDatasets([name], options);
  const similar = new SimilarRowsCheck();
  for (const heldOutEntry of await openDatasets(heldOut, options)) {
    for await (const row of eachRow(heldOutEntry, seed)) {
      if (row.kind === 'usable') similar.seeHeldOut(checkedRow(row.sample, row.place));
    }
  }
  const checks: Check[] = [
    new DuplicateCheck(),
    new ConflictCheck(),
    new LabelCheck(),
    new AnswerInPromptCheck(),
    new LanguageMixCheck(),
    new SensitiveCheck(),
    similar,
  ];
  const origins = new Origins();
  const long = new Set<number>();
  const unusable: RowFinding[] = [];
  for await (const row of eachRow(entry!, seed)) {
    if (row.kind === 'unusable') unusable.push(row.finding);
    else {
      const checked = checkedRow(row.sample, row.place);
      for (const check of checks) check.see(checked);
      if (encoding && mayBeCut(row.sample, encoding.settings)) long.add(row.place);
      origins.push(row.sample.origin);
    }
    const done = origins.count + unusable.length;
    if (done % ROWS_PER_REPORT === 0) onProgress?.({ task: 'check rows', done, unit: 'rows' });
  }
  const findings = [
    ...checks.flatMap((check) => check.finish()),
    ...(encoding && long.size > 0
      ? await findCutRows(rowsAt(long, entry!, seed), origins.count, encoding)
      : []),
  ];
  const repairs = new Map<number, CheckedRepair[]>();
  for (const { check, rows } of findings) {
    for (const { place, repair } of rows) {
      if (repair) repairs.set(place, [...(repairs.get(place) ?? []), { check, repair }]);
    }
  }
  const diagnoses = [
    ...unusableDiagnosis(unusable),
    ...findings.map((finding) => diagnosisOf(finding, origins)),
  ];
  return {
    dataset: name,
    heldOut,
    seed,
    rows: origins.count + unusable.length,
    usableRows: origins.count,
    diagnoses: diagnoses.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)),
    repairs,
  };
}

async function* rowsAt(
  places: ReadonlySet<number>,
  entry: DatasetEntry,
  seed: number,
): AsyncGenerator<{ place: number; sample: Sample }> {
  for await (const row of eachRow(entry, seed)) {
    if (row.kind === 'usable' && places.has(row.place)) yield row;
  }
}

function checkedRow({ conversation }: Sample, place: number): CheckedRow {
  const { messages, system = '', tools = '' } = conversation;
  const asked = messages
    .slice(0, -1)
    .map(({ content }) => content)
    .join('\n');
  return {
    place,
    system: tools ? `${system}\n${tools}` : system,
    asked,
    answer: stripThoughts(messages.at(-1)!.content),
  };
}

function diagnosisOf({ rows, ...finding }: Finding, origins: Origins): Diagnosis {
  return {
    ...finding,
    ...ADVICE[finding.check],
    isFixable: rows.some(({ repair }) => repair),
    rows: rows.map(({ place, note }) => ({ ...origins.at(place), note })),
  };
}

function unusableDiagnosis(unusable: readonly RowFinding[]): Diagnosis[] {
  if (unusable.length === 0) return [];
  const count = unusable.length;
  return [
    {
      check: 'unusable',
      severity: 'warning',
      what: { en: `${count} rows cannot be used`, zh: `${count} 行无法使用` },
      ...ADVICE.unusable,
      isFixable: true,
      rows: unusable.map(({ file, row, reason, zh }) => ({
        file,
        row,
        note: heard({ message: reason, zh }),
      })),
    },
  ];
}
