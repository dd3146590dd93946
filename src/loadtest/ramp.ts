/** Which rate a ramp tries next, and what its steps say: the highest rate that holds the service level. Pure. */
import { ConfigError } from '../core/index.ts';

export interface RampPlan {
  /** Requests per second of the first step. */
  readonly from: number;
  /** No step is above it. */
  readonly to: number;
  /** Added from step to step; where absent, rates double until one breaks and halves of the gap follow. */
  readonly by?: number | undefined;
}

/** A step that is over. */
export interface TriedRate {
  readonly rate: number;
  readonly holds: boolean;
}

/** How often the gap between the last rate that held and the first that broke is halved. */
const HALVINGS = 3;
const PLAN = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)(?::(\d+(?:\.\d+)?))?$/;

/** @param text as `10:200` or `10:200:10` @throws ConfigError when it is no such plan */
export function parseRamp(text: string): RampPlan {
  const [, from, to, by] = PLAN.exec(text.trim()) ?? [];
  const plan = { from: Number(from), to: Number(to), by: by === undefined ? undefined : Number(by) };
  const isPlan = plan.from > 0 && plan.to >= plan.from && (plan.by === undefined || plan.by > 0);
  if (isPlan) return plan;
  throw new ConfigError({
    en: `ramp: ${JSON.stringify(text)} is no ramp; write the first and the highest rate, and what each step adds if it shall not double, as 10:200 or 10:200:10`,
    zh: `加压：${JSON.stringify(text)} 无法解析；请写最低与最高速率，若不按倍数增加则再写每级增量，如 10:200 或 10:200:10`,
  });
}

/** @returns undefined when the ramp is over */
export function nextRate({ from, to, by }: RampPlan, tried: readonly TriedRate[]): number | undefined {
  const last = tried.at(-1);
  if (!last) return from;
  const broken = tried.filter(({ holds }) => !holds).map(({ rate }) => rate);
  if (broken.length === 0) {
    const next = by === undefined ? last.rate * 2 : exact(from + by * tried.length);
    if (next <= to) return next;
    // Doubling shall not stop short of the highest rate.
    return by === undefined && last.rate < to ? to : undefined;
  }
  if (by !== undefined || broken.length === tried.length) return undefined;
  const firstBroken = tried.findIndex(({ holds }) => !holds);
  if (tried.length - firstBroken > HALVINGS) return undefined;
  return rounded((highestRate(tried) + Math.min(...broken)) / 2);
}

/** 0 where none held. A rate above one that broke does not count, even if it held. */
export function highestRate(tried: readonly TriedRate[]): number {
  const limit = Math.min(...tried.filter(({ holds }) => !holds).map(({ rate }) => rate));
  return Math.max(0, ...tried.filter(({ holds, rate }) => holds && rate < limit).map(({ rate }) => rate));
}

/** Without the last digits that adding fractions leaves. */
function exact(rate: number): number {
  return Number(rate.toPrecision(12));
}

/** Three digits: more would pretend to a precision that no step has. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(3));
}
