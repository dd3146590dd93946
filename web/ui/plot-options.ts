/** What uPlot is told: axes, lines, and how numbers are written. Knows no React. */
import uPlot from 'uplot';

export interface Line {
  readonly label: string;
  readonly color: string;
  /** Null where there is none. */
  readonly values: readonly (number | null)[];
  readonly width?: number;
  /** Faint, behind what matters. */
  readonly isFaint?: boolean;
  /** Told from another line of its colour. */
  readonly isDashed?: boolean;
  /** Points and no line between them. */
  readonly isDots?: boolean;
  /** Each value holds until the next one, as in a histogram; the area below is filled. */
  readonly isSteps?: boolean;
}

interface Drawn {
  readonly lines: readonly Line[];
  /** Labels of lines that are not drawn. */
  readonly hidden: ReadonlySet<string>;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly width: number;
  readonly height: number;
  readonly isDark: boolean;
  readonly isLog: boolean;
  readonly isLogX: boolean;
  /** The pointer stands elsewhere, or what is seen is another part. */
  readonly onLook: (plot: uPlot) => void;
}

/** How near, in pixels, the pointer has to be to a point that stands alone. */
const REACH = 8;

export function optionsOf(drawn: Drawn): uPlot.Options {
  const { lines, hidden, xLabel, yLabel, width, height, isDark, isLog, isLogX, onLook } = drawn;
  const axis = {
    stroke: isDark ? '#a3abb5' : '#565d66',
    grid: { stroke: isDark ? '#2a2f35' : '#eceef1', width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
    labelFont: '11px system-ui',
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: true, y: false }, points: { size: 6 }, dataIdx: nearestPoint },
    scales: { x: { time: false, ...(isLogX && { distr: 3 as const }) }, ...(isLog && { y: { distr: 3 } }) },
    axes: [
      {
        ...axis,
        label: xLabel,
        labelSize: 18,
        size: 32,
        ...(isLogX && { values: (_: uPlot, ticks: (number | null)[]) => ticks.map(shortNumber) }),
      },
      { ...axis, label: yLabel, labelSize: 18, size: 56, values: (_, ticks) => ticks.map(shortNumber) },
    ],
    series: [
      { label: xLabel },
      ...lines.map(
        ({
          label,
          color,
          width: thickness = 1.5,
          isFaint = false,
          isDashed = false,
          isDots = false,
          isSteps = false,
        }) => ({
          label,
          show: !hidden.has(label),
          stroke: isFaint ? `${color}59` : color,
          width: thickness,
          spanGaps: true,
          ...(isDashed && { dash: [7, 4] }),
          ...(isSteps && { paths: uPlot.paths.stepped!({ align: 1 }), fill: `${color}26` }),
          ...(isDots
            ? { paths: () => null, points: { show: true, size: 6, fill: color } }
            : { points: { show: false } }),
        }),
      ),
    ],
    hooks: { setCursor: [onLook], setScale: [onLook], setData: [onLook] },
  };
}

/** Lines have a value everywhere; of points that stand alone the next one counts, if it is near. */
function nearestPoint(plot: uPlot, series: number, index: number): number {
  const values = plot.data[series]!;
  if (series === 0 || (values[index] ?? null) !== null) return index;
  const xs = plot.data[0];
  const at = plot.valToPos(xs[index]!, 'x');
  const isNear = (one: number) =>
    one >= 0 && one < xs.length && Math.abs(plot.valToPos(xs[one]!, 'x') - at) <= REACH;
  for (let away = 1; isNear(index - away) || isNear(index + away); away++) {
    for (const one of [index - away, index + away]) {
      if (isNear(one) && (values[one] ?? null) !== null) return one;
    }
  }
  return index;
}

/** Where the pointer stands; the last value of each line while it stands elsewhere. */
export function valuesUnderPointer(plot: uPlot): { x: number | undefined; values: (number | null)[] } {
  const xs = plot.data[0];
  const lines = plot.data.slice(1) as (readonly (number | null)[])[];
  const { idx, idxs } = plot.cursor;
  if (typeof idx !== 'number') {
    return { x: undefined, values: lines.map((line) => line.findLast((value) => value !== null) ?? null) };
  }
  return { x: xs[idx], values: lines.map((line, index) => line[idxs?.[index + 1] ?? idx] ?? null) };
}

/** Whether a part of the x axis is seen, and not all of it: such a plot stays where the user looks. */
export function isZoomed(plot: uPlot): boolean {
  const { min, max } = plot.scales['x'] ?? {};
  const xs = plot.data[0];
  if (xs.length === 0 || min === undefined || max === undefined || min === null || max === null) return false;
  return min > xs[0]! || max < xs[xs.length - 1]! - 1e-9;
}

/** How far a key moves or zooms, as a share of what is seen. */
const STEP = 0.1;

/**
 * Looks at another part of the x axis, for those who have no mouse.
 * @returns false for a key that means nothing here
 */
export function lookByKey(plot: uPlot, key: string): boolean {
  const xs = plot.data[0];
  const [first, last] = [xs[0], xs[xs.length - 1]];
  const { min, max } = plot.scales['x'] ?? {};
  if (first === undefined || last === undefined || min == null || max == null) return false;
  const span = max - min;
  const show = (from: number, to: number) =>
    plot.setScale('x', { min: Math.max(first, from), max: Math.min(last, to) });
  switch (key) {
    case 'ArrowLeft': {
      const by = Math.min(STEP * span, min - first);
      show(min - by, max - by);
      return true;
    }
    case 'ArrowRight': {
      const by = Math.min(STEP * span, last - max);
      show(min + by, max + by);
      return true;
    }
    case '+':
    case '=':
      show(min + STEP * span, max - STEP * span);
      return true;
    case '-':
      show(min - STEP * span, max + STEP * span);
      return true;
    case '0':
      show(first, last);
      return true;
    default:
      return false;
  }
}

function shortNumber(value: number | null): string {
  if (value === null) return '';
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6)
    ? value.toExponential(0)
    : String(Number(value.toPrecision(4)));
}
