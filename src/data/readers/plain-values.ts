/** What columnar formats and spreadsheets hold, as JSON could hold it: texts, numbers, lists, objects. */
import { isObject } from '../row-values.ts';

/**
 * Whole numbers beyond 2^53 and dates become text, so that no digit is lost. Bytes stay as they are: they are media,
 * which nobody reads as text.
 */
export function plainValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return dateText(value);
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, plainValue);
  if (Array.isArray(value)) return value.map(plainValue);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)]));
}

/** Year first, in the time zone of the file; the time of day only where there is one, and alone where there is no day. */
export function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return '';
  // A spreadsheet's fractions of a day fall a little short of the second that they mean.
  const [day = '', time = ''] = new Date(Math.round(date.getTime() / 1000) * 1000)
    .toISOString()
    .split(/[T.]/);
  const clock = time.endsWith(':00') ? time.slice(0, -3) : time;
  if (day < FIRST_DAY_OF_SHEETS) return clock;
  return clock === '00:00' ? day : `${day} ${clock}`;
}

/** A time of day in a spreadsheet is a date before this one. */
const FIRST_DAY_OF_SHEETS = '1900-01-01';

/**
 * Names in place of numbers, where the Hugging Face data set that a file comes from has them.
 * @param metadata the text under `huggingface` in the file's own metadata
 * @returns column name to names; empty where the metadata has none
 * As ClassLabel of the Python library datasets.
 */
export function classNames(metadata: string | undefined): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  const features = metadata === undefined ? undefined : featuresOf(metadata);
  for (const [column, feature] of Object.entries(features ?? {})) {
    if (!isObject(feature) || feature['_type'] !== 'ClassLabel') continue;
    const list: unknown = feature['names'];
    if (Array.isArray(list) && list.every((name) => typeof name === 'string')) names.set(column, list);
  }
  return names;
}

function featuresOf(metadata: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const { info } = JSON.parse(metadata) as { info?: { features?: unknown } };
    return isObject(info?.features) ? info.features : undefined;
  } catch {
    // Whoever wrote something else there meant something else.
    return undefined;
  }
}
