/** From what one instance holds to how many are needed, and what is promised by a service level. */
import { describe, expect, it } from 'vitest';
import { loadResult, measurement } from '../../test/support/load-result.ts';
import { planCapacity } from './capacity.ts';
import { formatServiceLevel, holdsLevel, parseServiceLevel } from './service-level.ts';

const LEVEL = parseServiceLevel('p95=300ms');
const RAMP = {
  kind: 'ramp',
  plan: { from: 10, to: 80 },
  level: LEVEL,
  connections: 100,
  stepSeconds: 10,
} as const;
const ramped = (highestQps: number) => loadResult({ load: RAMP, steps: [], highestQps });

describe('instances', () => {
  it.each([
    [100, 0, 40, 3],
    [100, 0.3, 40, 4],
    // 0.7 of 10 is 7.000000000000001 in floating point: that is one instance, not two.
    [7, 0.3, 10, 1],
    [1, 0.5, 40, 1],
    [120, 0.5, 40, 6],
  ])('%d/s with headroom %d of %d/s each: %d', (targetQps, headroom, held, instances) => {
    const plan = planCapacity(ramped(held), { targetQps, headroom });
    expect(plan).toMatchObject({ instances, qpsPerInstance: held, level: 'p95=300ms', measuredBy: 'ramp' });
    expect(plan.utilization).toBeCloseTo(targetQps / (instances * held), 12);
    expect(plan.utilization).toBeLessThanOrEqual(1 - headroom + 1e-9);
    expect(plan).not.toHaveProperty('cost');
  });

  it('cost what they cost', () => {
    const { cost } = planCapacity(ramped(40), { targetQps: 100, headroom: 0.3, pricePerHour: 0.5 });
    // 4 instances at 0.5; 360,000 requests an hour.
    expect(cost!.perHour).toBe(2);
    expect(cost!.perMonth).toBe(1440);
    expect(cost!.perMillionRequests).toBeCloseTo(2 / 0.36, 10);
  });

  it('are planned by one test too, if it held', () => {
    const result = loadResult({ measured: measurement({ requestsPerSecond: 25, p95: 200 }) });
    expect(planCapacity(result, { targetQps: 50, headroom: 0 })).toMatchObject({
      instances: 2,
      measuredBy: 'loop',
    });
    expect(planCapacity(result, { targetQps: 50, headroom: 0, level: LEVEL })).toMatchObject({
      instances: 2,
    });
    const tight = parseServiceLevel('p95=100ms');
    expect(() => planCapacity(result, { targetQps: 50, headroom: 0, level: tight })).toThrow(
      'the test did not hold p95=100ms; find what holds by --ramp',
    );
  });

  it('are not planned by what did not hold', () => {
    expect(() => planCapacity(ramped(0), { targetQps: 5, headroom: 0.3 })).toThrow(
      /no rate .* held p95=300ms/,
    );
    const failing = loadResult({ measured: measurement({ failed: 3 }) });
    expect(() => planCapacity(failing, { targetQps: 5, headroom: 0.3 })).toThrow(/3 failed requests/);
    expect(() => planCapacity(ramped(10), { targetQps: 5, headroom: 1 })).toThrow(/make no plan/);
  });
});

describe('service levels', () => {
  it.each([
    ['p95=300ms', { percentile: 95, limitMs: 300, maxFailedShare: 0 }, 'p95=300ms'],
    [
      'P99.9 <= 1.5s, errors<=0.5%',
      { percentile: 99.9, limitMs: 1500, maxFailedShare: 0.005 },
      'p99.9=1500ms,errors=0.5%',
    ],
    ['errors=1%,p50=20ms', { percentile: 50, limitMs: 20, maxFailedShare: 0.01 }, 'p50=20ms,errors=1%'],
  ])('%s', (text, level, formatted) => {
    expect(parseServiceLevel(text)).toEqual(level);
    expect(formatServiceLevel(level)).toBe(formatted);
    expect(parseServiceLevel(formatted)).toEqual(level);
  });

  it.each(['', 'p95', '300ms', 'p95=300', 'p100=3s', 'p95=1s,p99=2s', 'errors=1%', 'p95=1s,qps=3'])(
    '%j cannot be read',
    (text) => {
      expect(() => parseServiceLevel(text)).toThrow(/slo: .* cannot be read/);
    },
  );

  it.each([
    [{ p95: 300 }, true],
    [{ p95: 300.1 }, false],
    [{ p95: 10, failed: 1 }, false],
    [{ completed: 0 }, false],
  ])('held by %j: %s', (figures, holds) => {
    expect(holdsLevel(LEVEL, measurement(figures))).toBe(holds);
  });
});
