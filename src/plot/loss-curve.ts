/** The loss of a training over its steps: each logged value thin, their smoothed course bold, evaluations as dots. */
import * as Plot from '@observablehq/plot';
import type { Language } from '../core/index.ts';
import {
  COLOURS,
  createDocument,
  createFigure,
  type Figure,
  FONT_FAMILY,
  textWidth,
  titled,
  type Wording,
} from './figure.ts';
import { smooth } from './smoothing.ts';

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

export interface LossCurve {
  readonly training: readonly LossPoint[];
  readonly evaluation?: readonly LossPoint[];
  /** What was trained: a model, a data set, a folder. */
  readonly subtitle?: string;
  readonly language: Language;
}

const WORDS = {
  en: {
    title: 'Training loss',
    steps: 'optimizer step',
    loss: 'cross-entropy, nats per token (thin: as logged, bold: smoothed)',
    training: 'training',
    evaluation: 'evaluation',
  },
  zh: {
    title: '训练损失',
    steps: '优化步数',
    loss: '交叉熵，nat/词元（细线：原始记录，粗线：平滑后）',
    training: '训练',
    evaluation: '评估',
  },
} as const;

const WIDTH = 760;
const HEIGHT = 380;
const MARGIN = { top: 20, bottom: 44, left: 48 };
const FONT_SIZE = 13;
/** Labels at the ends of lines keep at least this distance, in pixels. */
const LABEL_GAP = 18;

/** Values that are not finite are left out. */
export function lossCurve(curve: LossCurve): Figure {
  return createFigure((wording) => draw(curve, wording), curve.language, []);
}

function draw(curve: LossCurve, wording: Wording): string {
  const words = WORDS[wording.language];
  const training = curve.training.filter(isFinitePoint);
  const evaluation = (curve.evaluation ?? []).filter(isFinitePoint);
  const values = smooth(training.map((point) => point.loss));
  const smoothed = training.map((point, index) => ({ step: point.step, loss: values[index]! }));
  const ends = [
    { name: words.training, colour: COLOURS.blue, point: smoothed.at(-1) },
    { name: words.evaluation, colour: COLOURS.orange, point: evaluation.at(-1) },
  ].flatMap(({ name, colour, point }) =>
    point ? [{ colour, point, text: `${name} ${point.loss.toPrecision(3)}` }] : [],
  );
  const marginRight = 16 + Math.max(24, ...ends.map((end) => textWidth(end.text, FONT_SIZE)));
  const points = [...training, ...evaluation];
  const lastStep = points.reduce((last, point) => Math.max(last, point.step), 1);
  const low = points.reduce((least, point) => Math.min(least, point.loss), points[0]?.loss ?? 0);
  const high = points.reduce((most, point) => Math.max(most, point.loss), low);
  const [bottom, top] = high > low ? [low, high] : [low - 0.5, low + 0.5];
  const pixels = (HEIGHT - MARGIN.top - MARGIN.bottom) / (top - bottom);
  const shifts = spread(ends.map((end) => (top - end.point.loss) * pixels));

  const plot = Plot.plot({
    document: createDocument(),
    width: WIDTH,
    height: HEIGHT,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight,
    style: { fontFamily: FONT_FAMILY, fontSize: `${FONT_SIZE}px`, color: COLOURS.grey },
    x: { label: words.steps, domain: [0, lastStep] },
    y: { domain: [bottom, top] },
    marks: [
      Plot.gridY({ stroke: COLOURS.line, strokeOpacity: 1, ticks: 6 }),
      Plot.axisX({
        tickSize: 0,
        ticks: stepTicks(lastStep),
        tickFormat: String,
        labelAnchor: 'center',
        labelArrow: 'none',
      }),
      Plot.axisY({ tickSize: 0, label: null, ticks: 6 }),
      Plot.line(training, { x: 'step', y: 'loss', stroke: COLOURS.blue, strokeOpacity: 0.3, strokeWidth: 1 }),
      Plot.line(smoothed, { x: 'step', y: 'loss', stroke: COLOURS.blue, strokeWidth: 2.2 }),
      Plot.line(evaluation, { x: 'step', y: 'loss', stroke: COLOURS.orange, strokeWidth: 1.5 }),
      Plot.dot(evaluation, { x: 'step', y: 'loss', fill: COLOURS.orange, r: 3 }),
      Plot.dot(training.length === 1 ? training : [], { x: 'step', y: 'loss', fill: COLOURS.blue, r: 3 }),
      ends.map((end, index) =>
        Plot.text([end.point], {
          x: () => lastStep,
          y: 'loss',
          text: () => end.text,
          fill: end.colour,
          textAnchor: 'start',
          dx: 10,
          dy: shifts[index]!,
        }),
      ),
    ],
  });
  const subtitle = (wording.names === 'own' && curve.subtitle) || '';
  return titled(plot, { width: WIDTH, height: HEIGHT }, [words.title, subtitle, words.loss]);
}

function isFinitePoint(point: LossPoint): boolean {
  return Number.isFinite(point.step) && Number.isFinite(point.loss);
}

/** Whole steps only: all of them while they are few, else about eight round ones. */
function stepTicks(last: number): number | number[] {
  return last < 8 ? Array.from({ length: last + 1 }, (_, step) => step) : 8;
}

/** How far each of at most two labels moves so that they do not touch. */
function spread(positions: readonly number[]): number[] {
  const [a, b] = positions;
  if (a === undefined || b === undefined) return positions.map(() => 0);
  const lacking = Math.max(0, LABEL_GAP - Math.abs(a - b)) / 2;
  return a <= b ? [-lacking, lacking] : [lacking, -lacking];
}
