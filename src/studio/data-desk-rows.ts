/** The rows of a data set, what they are made of, and any of them as the model sees it. The last data set is kept. */
import { existsSync } from 'node:fs';
import { DataError } from '../core/index.ts';
import { loadDatasets, type RowFinding, type Sample, showRow } from '../data/index.ts';
import { datasetFetcher } from '../hub/index.ts';
import { classesOf, rowOf } from './data-desk-samples.ts';
import { type ReadingPlace, settingsOf, textOf } from './data-desk-text.ts';
import { FINDINGS_SHOWN } from './data-desk-uploads.ts';
import type { DataRow, Lengths, Overview, ShownRow } from './wire/index.ts';

export interface DatasetAt {
  readonly datasetDir: string;
  readonly name: string;
  /** Tells an old reading from a new one. */
  readonly version: string;
}

export interface Filter {
  readonly search: string;
  readonly label?: string | undefined;
}

/** Tokenizing more takes longer than anybody watches; the first ones tell the shape. */
const MEASURED_ROWS = 5000;
const BINS = 40;

interface Loaded {
  readonly samples: readonly Sample[];
  readonly findings: readonly RowFinding[];
  /** What was asked of it before; the page asks the same again and again. */
  readonly answers: Map<string, unknown>;
}

let last: ({ readonly key: string } & Loaded) | undefined;

async function datasetAt({ datasetDir, name, version }: DatasetAt): Promise<Loaded> {
  const key = `${datasetDir} ${name} ${version}`;
  if (last?.key !== key) {
    last = {
      key,
      ...(await loadDatasets([name], { datasetDir, fetchFiles: datasetFetcher(), seed: 42 })),
      answers: new Map(),
    };
  }
  return last;
}

/** The same answer to the same question about the same rows. */
function once<T>({ answers }: Loaded, question: unknown, answer: () => T): T {
  const key = JSON.stringify(question);
  if (!answers.has(key)) answers.set(key, answer());
  return answers.get(key) as T;
}

export const rowMethods = {
  async overview({
    place,
    changes,
    split,
  }: {
    place: DatasetAt;
    /** Files that tell how it came about, or what became of it. */
    changes: string;
    split: string;
  }): Promise<Overview> {
    const loaded = await datasetAt(place);
    const { samples, findings } = loaded;
    const counted = once(loaded, 'overview', () => ({
      rows: samples.length,
      findings: findings.slice(0, FINDINGS_SHOWN),
      findingCount: findings.length,
      duplicates:
        samples.length - new Set(samples.map(({ conversation }) => JSON.stringify(conversation))).size,
      files: new Set(samples.map(({ origin }) => origin.file)).size,
      ...classesOf(samples),
    }));
    return { name: place.name, ...counted, isRepaired: existsSync(changes), isSplit: existsSync(split) };
  },

  async rows({
    place,
    offset,
    limit,
    search,
    label,
  }: Filter & { place: DatasetAt; offset: number; limit: number }): Promise<{
    total: number;
    rows: DataRow[];
  }> {
    const found = filtered(await datasetAt(place), { search, label });
    return { total: found.length, rows: found.slice(offset, offset + limit).map(rowOf) };
  },

  async tokens({
    place,
    row,
    file,
    reading,
  }: {
    place: DatasetAt;
    row: number;
    file?: string | undefined;
    reading: ReadingPlace;
  }): Promise<ShownRow> {
    const { samples } = await datasetAt(place);
    const sample = samples.find(
      ({ origin }) => origin.row === row && (file === undefined || origin.file === file),
    );
    if (!sample) {
      throw new DataError({
        en: `data set "${place.name}": row ${row} is not there or was left out; choose another`,
        zh: `数据集 "${place.name}"：第 ${row} 行不存在或已被略去；请选择其他行`,
      });
    }
    const { tokenizer, template, name } = await textOf(reading);
    const { tokens, finding } = showRow(sample, template, tokenizer, settingsOf(reading));
    return { model: name, template: template.name, tokens: [...tokens], ...(finding && { finding }) };
  },

  async lengths({ place, reading }: { place: DatasetAt; reading: ReadingPlace }): Promise<Lengths> {
    const loaded = await datasetAt(place);
    const { tokenizer, template } = await textOf(reading);
    return once(loaded, ['lengths', reading], () => {
      const lengths = loaded.samples
        .slice(0, MEASURED_ROWS)
        .map((sample) => showRow(sample, template, tokenizer, settingsOf(reading)).tokens.length);
      return histogram(lengths, reading.cutoffLen);
    });
  },
};

let lastFound: { of: Loaded; key: string; samples: readonly Sample[] } | undefined;

/** The list that a table scrolls through is made once. */
function filtered(loaded: Loaded, { search, label }: Filter): readonly Sample[] {
  if (search === '' && label === undefined) return loaded.samples;
  const key = JSON.stringify([search, label]);
  if (lastFound?.of === loaded && lastFound.key === key) return lastFound.samples;
  const wanted = search.toLowerCase();
  const samples = loaded.samples.filter(({ conversation: { messages } }) => {
    if (label !== undefined && messages.at(-1)!.content !== label) return false;
    return messages.some(({ content }) => content.toLowerCase().includes(wanted));
  });
  lastFound = { of: loaded, key, samples };
  return samples;
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
