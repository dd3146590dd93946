/** A verdict in sentences, in both languages; they are made from its data, and say what the data says. */
import type { Bilingual, Language } from '../core/index.ts';
import { type Figure, METRICS, type Metric } from './comparison.ts';
import type { Check, Verdict } from './verdict.ts';

const METRIC_WORDS: Readonly<Record<string, Bilingual>> = {
  accuracy: { en: 'accuracy', zh: '准确率' },
  macro_f1: { en: 'macro F1', zh: '宏平均 F1 值' },
  micro_f1: { en: 'micro F1', zh: '微平均 F1 值' },
  weighted_f1: { en: 'weighted F1', zh: '加权平均 F1 值' },
  p50_ms: { en: 'median latency in ms', zh: '延迟中位数（毫秒）' },
  p95_ms: { en: 'p95 latency in ms', zh: '延迟 p95（毫秒）' },
  p99_ms: { en: 'p99 latency in ms', zh: '延迟 p99（毫秒）' },
  qps: { en: 'requests per second', zh: '每秒请求数' },
  failed_share: { en: 'the share of failed requests', zh: '失败请求占比' },
};

const WORDS = {
  en: {
    at: (metric: string, concurrency: number) => `${metric} at concurrency ${concurrency}`,
    moreRows: (count: string) =>
      ` About ${count} more rows would settle it, if the figures stay as they are.`,
    tooClose: ' More rows would hardly settle it: the figures lie too close.',
    longer: ' A longer measurement may settle it.',
    min: {
      met: (metric: string, figure: string, bound: string) =>
        `${metric} is ${figure}, which reaches ${bound}.`,
      failed: (metric: string, figure: string, bound: string) =>
        `${metric} is ${figure}, which is below ${bound}.`,
      open: (metric: string, figure: string, bound: string) =>
        `${metric} is ${figure}: whether it reaches ${bound} is open.`,
    },
    max: {
      met: (metric: string, figure: string, bound: string) =>
        `${metric} is ${figure}, which stays within ${bound}.`,
      failed: (metric: string, figure: string, bound: string) =>
        `${metric} is ${figure}, which is above ${bound}.`,
      open: (metric: string, figure: string, bound: string) =>
        `${metric} is ${figure}: whether it stays within ${bound} is open.`,
    },
    beats: {
      met: (metric: string, against: string, figure: string, p: string) =>
        `${metric} is better than ${against}'s by ${figure}, ${p}.`,
      failed: (metric: string, against: string, figure: string, p: string) =>
        `${metric} is worse than ${against}'s by ${figure}, ${p}.`,
      open: (metric: string, against: string, figure: string, p: string) =>
        `${metric} differs from ${against}'s by ${figure}, ${p}: that may be chance.`,
    },
    notMeasured: (metric: string) => `${metric} was not measured.`,
    notCompared: (metric: string, against: string) => `${metric} was not compared with ${against}'s.`,
    go: (count: number) => `Go: all criteria are met (${count} of ${count}).`,
    no_go: (failed: number, count: number) => `No go: ${failed} of ${count} criteria failed.`,
    not_enough_evidence: (open: number, count: number) =>
      count === 0
        ? 'Not enough evidence: no criteria were set.'
        : `Not enough evidence: ${open} of ${count} criteria left open.`,
  },
  zh: {
    at: (metric: string, concurrency: number) => `并发 ${concurrency} 时的${metric}`,
    moreRows: (count: string) => `若数值保持不变，大约再有 ${count} 条数据即可判定。`,
    tooClose: '数值过于接近，再多数据也难以判定。',
    longer: '延长测量或可判定。',
    min: {
      met: (metric: string, figure: string, bound: string) => `${metric}为 ${figure}，达到 ${bound}。`,
      failed: (metric: string, figure: string, bound: string) => `${metric}为 ${figure}，低于 ${bound}。`,
      open: (metric: string, figure: string, bound: string) =>
        `${metric}为 ${figure}，尚不能判定是否达到 ${bound}。`,
    },
    max: {
      met: (metric: string, figure: string, bound: string) => `${metric}为 ${figure}，未超过 ${bound}。`,
      failed: (metric: string, figure: string, bound: string) => `${metric}为 ${figure}，超过 ${bound}。`,
      open: (metric: string, figure: string, bound: string) =>
        `${metric}为 ${figure}，尚不能判定是否不超过 ${bound}。`,
    },
    beats: {
      met: (metric: string, against: string, figure: string, p: string) =>
        `${metric}优于 ${against}，差值 ${figure}，${p}。`,
      failed: (metric: string, against: string, figure: string, p: string) =>
        `${metric}劣于 ${against}，差值 ${figure}，${p}。`,
      open: (metric: string, against: string, figure: string, p: string) =>
        `${metric}与 ${against} 的差值为 ${figure}，${p}，可能只是偶然。`,
    },
    notMeasured: (metric: string) => `${metric}没有测量。`,
    notCompared: (metric: string, against: string) => `${metric}没有与 ${against} 比较。`,
    go: (count: number) => `可以上线：${count} 项标准全部达到。`,
    no_go: (failed: number, count: number) => `不可上线：${count} 项标准中有 ${failed} 项未达到。`,
    not_enough_evidence: (open: number, count: number) =>
      count === 0 ? '证据不足：没有设定标准。' : `证据不足：${count} 项标准中有 ${open} 项尚不能判定。`,
  },
} as const;

/** The decision in one sentence, and how many rows would settle it where that is open. */
export function decisionInWords({ decision, checks, moreRows }: Verdict, language: Language): string {
  const words = WORDS[language];
  const count = (outcome: string) => checks.filter((check) => check.outcome === outcome).length;
  if (decision === 'go') return words.go(checks.length);
  if (decision === 'no_go') return words.no_go(count('failed'), checks.length);
  const more = moreRows === undefined ? '' : words.moreRows(counted(moreRows));
  return words.not_enough_evidence(count('open'), checks.length) + more;
}

/** One reason in one or two sentences. */
export function checkInWords(check: Check, language: Language): string {
  const words = WORDS[language];
  const name = METRIC_WORDS[check.metric]?.[language] ?? check.metric;
  const metric = check.atConcurrency === undefined ? name : words.at(name, check.atConcurrency);
  if (check.check === 'beats') {
    const { difference, against, outcome } = check;
    if (!difference) return words.notCompared(metric, against);
    const { corrected } = difference;
    const p = corrected < 0.001 ? 'p < 0.001' : `p = ${corrected.toFixed(3)}`;
    return (
      words.beats[outcome](metric, against, figureInWords(check.metric, difference), p) +
      remedy(check, language)
    );
  }
  const { figure, bound, outcome } = check;
  if (!figure) return words.notMeasured(metric);
  return (
    words[check.check][outcome](metric, figureInWords(check.metric, figure, bound), String(bound)) +
    remedy(check, language)
  );
}

function remedy(check: Check, language: Language): string {
  const words = WORDS[language];
  if (check.outcome !== 'open') return '';
  if (check.moreRows !== undefined) return words.moreRows(counted(check.moreRows));
  const isOfRows = check.check === 'beats' || check.figure?.rows !== undefined;
  return isOfRows ? words.tooClose : words.longer;
}

/** The value, and its interval where it has one. */
function figureInWords(metric: string, { value, low, high }: Figure, bound?: number): string {
  const shown = (number: number) => numberInWords(metric, number, bound);
  return low === high ? shown(value) : `${shown(value)} [${shown(low)}, ${shown(high)}]`;
}

/** Three decimals of scores, four digits of others; more where rounding would hide on which side of a bound it lies. */
function numberInWords(metric: string, number: number, bound: number | undefined): string {
  const isScore = METRICS.includes(metric as Metric);
  for (let digits = isScore ? 3 : 4; digits <= 12; digits++) {
    const text = isScore ? number.toFixed(digits) : String(Number(number.toPrecision(digits)));
    if (Number(text) !== bound || number === bound) return text;
  }
  return String(number);
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
