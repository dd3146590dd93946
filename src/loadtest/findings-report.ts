/** What ApacheBench does not tell: errors by kind with a reason, accuracy, a ramp's steps, footprint and capacity. */
import { formatBytes, type Language } from '../core/index.ts';
import type { CapacityPlan } from './capacity.ts';
import { ERROR_KINDS, type ErrorKind, type LoadTestResult, type RampStep } from './result.ts';
import { formatServiceLevel, type ServiceLevel } from './service-level.ts';

const EN = {
  errors: 'Errors by kind',
  kinds: {
    connect: 'no connection',
    timeout: 'no whole answer in time',
    receive: 'connection broken',
    status: 'status is not 2xx',
    length: 'another length',
    parse: 'answer cannot be read',
    label: 'wrong answer',
  } as Record<ErrorKind, string>,
  accuracy: (right: number, compared: number) =>
    `Accuracy under load: ${percent(right / compared)} (${right} of ${compared} answers)`,
  queueing: (mean: string, max: string) =>
    `Waiting for a connection: ${mean} ms on average, ${max} ms at most; times count from when each request was due`,
  stopped: 'Stopped by hand: the figures are of what was over by then.',
  busy: (share: string) =>
    `The generator itself was ${share} busy: the server may be faster than it can ask; lower -c or --rate, or run it on another machine.`,
  ramp: (level: string) => `Ramp, each step held against ${level}`,
  columns: { rate: 'target/s', reached: 'reached/s', ms: 'ms', failed: 'failed', holds: 'holds' },
  yes: 'yes',
  no: 'no',
  cut: 'no (ended early)',
  highest: (rate: number) => `Highest rate that holds: ${rate}/s`,
  none: 'No rate held; begin the ramp lower.',
  open: 'The ramp ended while it still held: the limit lies higher.',
  footprint: (bytes: string, cores: string) =>
    `Server process: ${bytes} of memory at most, ${cores} cores on average`,
  capacity: (plan: CapacityPlan) =>
    `Capacity: ${plan.targetQps}/s need ${plan.instances} ${plan.instances === 1 ? 'instance' : 'instances'} of ${shown(plan.qpsPerInstance)}/s each${plan.level ? ` at ${plan.level}` : ''}, with ${percent(plan.headroom)} headroom; each is ${percent(plan.utilization)} busy`,
  cost: (hour: string, month: string, million: string) =>
    `Cost: ${hour} an hour, ${month} a month, ${million} a million requests`,
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    errors: '各类错误',
    kinds: {
      connect: '无法连接',
      timeout: '超时未收到完整回答',
      receive: '连接中断',
      status: '状态码不是 2xx',
      length: '长度不同',
      parse: '回答无法解析',
      label: '回答错误',
    },
    accuracy: (right, compared) =>
      `负载下的准确率：${percent(right / compared)}（${compared} 个回答中 ${right} 个正确）`,
    queueing: (mean, max) => `等待连接：平均 ${mean} ms，最长 ${max} ms；时间从请求应发出的时刻算起`,
    stopped: '已手动停止：数据只包含此前结束的请求。',
    busy: (share) => `压测程序自身占用 ${share}：服务可能比它更快；请降低 -c 或 --rate，或换一台机器运行。`,
    ramp: (level) => `阶梯加压，每一档以 ${level} 为准`,
    columns: { rate: '目标/s', reached: '实际/s', ms: 'ms', failed: '失败', holds: '达标' },
    yes: '是',
    no: '否',
    cut: '否（提前结束）',
    highest: (rate) => `达标的最高速率：${rate}/s`,
    none: '没有任何一档达标；请从更低的速率开始。',
    open: '到最后一档仍然达标：上限更高。',
    footprint: (bytes, cores) => `服务进程：内存最多 ${bytes}，平均占用 ${cores} 个核`,
    capacity: (plan) =>
      `容量：${plan.targetQps}/s 需要 ${plan.instances} 个实例，每个 ${shown(plan.qpsPerInstance)}/s${plan.level ? `（${plan.level}）` : ''}，预留 ${percent(plan.headroom)}；每个实例利用率 ${percent(plan.utilization)}`,
    cost: (hour, month, million) => `成本：每小时 ${hour}，每月 ${month}，每百万次请求 ${million}`,
  },
};

/** From here on the generator's own work shows in the times. */
const BUSY = 0.9;

/** Empty where ab's report says everything. */
export function formatFindings(result: LoadTestResult, language: Language): string {
  const text = TEXTS[language];
  const { measured, load, steps, footprint } = result;
  const { accuracy, times } = measured;
  return [
    ...(result.isStopped ? [text.stopped] : []),
    ...(result.generatorBusy > BUSY ? [text.busy(percent(result.generatorBusy))] : []),
    ...errorLines(result, text),
    ...(accuracy ? [text.accuracy(accuracy.right, accuracy.compared)] : []),
    ...(times.queueing ? [text.queueing(times.queueing.mean.toFixed(1), times.queueing.max.toFixed(1))] : []),
    ...(load.kind === 'ramp' && steps ? rampLines(steps, load.level, result.highestQps!, text) : []),
    ...(footprint ? [text.footprint(formatBytes(footprint.residentBytes), footprint.cores.toFixed(2))] : []),
  ].join('\n');
}

export function formatCapacity(plan: CapacityPlan, language: Language): string {
  const text = TEXTS[language];
  const { cost } = plan;
  const lines = [text.capacity(plan)];
  if (cost) lines.push(text.cost(money(cost.perHour), money(cost.perMonth), money(cost.perMillionRequests)));
  return lines.join('\n');
}

function errorLines({ measured: { errors, reasons } }: LoadTestResult, text: typeof EN): string[] {
  const met = ERROR_KINDS.filter((kind) => errors[kind] > 0);
  if (met.length === 0) return [];
  const lines = met.map((kind) => {
    const reason = reasons[kind];
    return `  ${text.kinds[kind]} (${kind}): ${errors[kind]}${reason ? `; ${reason}` : ''}`;
  });
  return [text.errors, ...lines];
}

function rampLines(
  steps: readonly RampStep[],
  level: ServiceLevel,
  highest: number,
  text: typeof EN,
): string[] {
  const { rate, reached, ms, failed, holds } = text.columns;
  const columns = [rate, reached, `p${level.percentile} ${ms}`, failed];
  const line = (cells: readonly (string | number)[], last: string) =>
    `${cells.map((cell) => String(cell).padStart(11)).join('')}  ${last}`;
  const rows = steps.map((step) =>
    line(
      [
        step.rate,
        step.measured.requestsPerSecond.toFixed(1),
        step.measured.levelMs?.toFixed(1) ?? '',
        step.measured.failed,
      ],
      step.holds ? text.yes : step.isCut ? text.cut : text.no,
    ),
  );
  const verdict = highest > 0 ? text.highest(highest) : text.none;
  const isOpen = highest > 0 && steps.every((step) => step.holds);
  return [
    text.ramp(formatServiceLevel(level)),
    line(columns, holds),
    ...rows,
    verdict,
    ...(isOpen ? [text.open] : []),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function shown(rate: number): string {
  return String(Number(rate.toPrecision(4)));
}

function money(amount: number): string {
  return amount >= 100 ? amount.toFixed(0) : amount.toFixed(2);
}
