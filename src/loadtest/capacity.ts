/** How many instances a load needs, by what one instance was measured to hold; and what they cost. */
import { ConfigError } from '../core/index.ts';
import type { LoadTestResult } from './result.ts';
import { formatServiceLevel, holdsLevel, type ServiceLevel } from './service-level.ts';

export interface CapacityPlan {
  readonly targetQps: number;
  /** As `p95=300ms`; undefined where none was set, and then the throughput alone counts. */
  readonly level: string | undefined;
  /** What one instance holds. */
  readonly qpsPerInstance: number;
  /**
   * `ramp`: the highest rate that held. `loop`: the throughput of one test, and maybe not the most that holds.
   */
  readonly measuredBy: 'ramp' | 'loop';
  /** Share of an instance that stays free, 0 to 1. */
  readonly headroom: number;
  readonly instances: number;
  /** Share of each instance that the target uses. */
  readonly utilization: number;
  readonly cost?: {
    readonly perHour: number;
    /** Of 30 days. */
    readonly perMonth: number;
    readonly perMillionRequests: number;
  };
}

export interface CapacityOptions {
  readonly targetQps: number;
  readonly headroom: number;
  readonly pricePerHour?: number | undefined;
  /** For a result that is no ramp. */
  readonly level?: ServiceLevel | undefined;
}

const HOURS_PER_MONTH = 24 * 30;

/**
 * Instances are taken to be alike and to share the load evenly: n of them hold n times as much.
 * @throws ConfigError when nothing that was measured held the service level
 */
export function planCapacity(result: LoadTestResult, options: CapacityOptions): CapacityPlan {
  const { targetQps, headroom, pricePerHour } = options;
  if (!(targetQps > 0) || !(headroom >= 0 && headroom < 1)) {
    throw new ConfigError({
      en: `capacity: target ${targetQps} and headroom ${headroom} make no plan; give a rate above 0 and a headroom from 0 to below 1`,
      zh: `容量：目标 ${targetQps} 与余量 ${headroom} 无法规划；速率须大于 0，余量须不小于 0 且小于 1`,
    });
  }
  const { qpsPerInstance, level } = sustained(result, options.level);
  const instances = Math.ceil(targetQps / (qpsPerInstance * (1 - headroom)) - 1e-9);
  return {
    ...{ targetQps, headroom, qpsPerInstance, instances },
    level: level && formatServiceLevel(level),
    measuredBy: result.load.kind === 'ramp' ? 'ramp' : 'loop',
    utilization: targetQps / (instances * qpsPerInstance),
    ...(pricePerHour !== undefined && {
      cost: {
        perHour: instances * pricePerHour,
        perMonth: instances * pricePerHour * HOURS_PER_MONTH,
        perMillionRequests: (instances * pricePerHour * 1e6) / (targetQps * 3600),
      },
    }),
  };
}

function sustained({ load, highestQps, measured }: LoadTestResult, wanted: ServiceLevel | undefined) {
  if (load.kind === 'ramp') {
    const { level } = load;
    if (highestQps! > 0) return { qpsPerInstance: highestQps!, level };
    throw new ConfigError({
      en: `capacity: no rate of the ramp held ${formatServiceLevel(level)}; begin the ramp lower, or allow more time`,
      zh: `容量：逐级加压中没有任何速率满足 ${formatServiceLevel(level)}；请从更低的速率开始，或放宽时延要求`,
    });
  }
  const qpsPerInstance = measured.requestsPerSecond;
  const holds = wanted === undefined ? measured.failed === 0 : holdsLevel(wanted, measured);
  if (holds && qpsPerInstance > 0) return { qpsPerInstance, level: wanted };
  throw new ConfigError({
    en: `capacity: the test ${wanted ? `did not hold ${formatServiceLevel(wanted)}` : `had ${measured.failed} failed requests`}; find what holds by --ramp`,
    zh: `容量：这次压测${wanted ? `没有满足 ${formatServiceLevel(wanted)}` : `有 ${measured.failed} 个请求失败`}；请用 --ramp 找出能满足的速率`,
  });
}
