/** plot: curves and matrices as SVG and PNG. */
export { type ConfusionMatrix, confusionMatrix } from './confusion-matrix.ts';
export type { Figure, Png } from './figure.ts';
export { intervalChart } from './interval-chart.ts';
export { latencyHistogram } from './latency-histogram.ts';
export { type LossCurve, type LossPoint, lossCurve } from './loss-curve.ts';
export { rampCurve } from './ramp-curve.ts';
export { themedSvg } from './themed.ts';
export { throughputCurve } from './throughput-curve.ts';
