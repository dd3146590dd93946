/** plot: curves and matrices as SVG and PNG. */
export { type ConfusionMatrix, confusionMatrix } from './confusion-matrix.ts';
export type { Figure, Png } from './figure.ts';
export { type LossCurve, type LossPoint, lossCurve } from './loss-curve.ts';
