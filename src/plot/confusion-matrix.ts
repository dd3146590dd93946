/**
 * Which classes a model takes for which: a heat map with the counts in its cells, true classes as rows, predicted
 * ones as columns, each row shaded by its own shares. Answers that are no label get a column of their own.
 */
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

export interface ConfusionMatrix {
  readonly labels: readonly string[];
  /** [labels, labels] or [labels, labels + 1]: rows true, columns predicted, the extra one for other answers. */
  readonly counts: readonly (readonly number[])[];
  /** Whose answers these are: a model, a data set. */
  readonly subtitle?: string;
  readonly language: Language;
}

const WORDS = {
  en: {
    title: 'Confusion matrix',
    axes: 'rows: true class, columns: predicted class, shade: share of the row',
    other: 'other',
    right: 'right',
  },
  zh: {
    title: '混淆矩阵',
    axes: '行：真实类别，列：预测类别，深浅：占该行的比例',
    other: '其他',
    right: '正确',
  },
} as const;

const FONT_SIZE = 13;
const PADDING = 16;
export function confusionMatrix(matrix: ConfusionMatrix): Figure {
  return createFigure((wording) => draw(matrix, wording), matrix.language, matrix.labels);
}

function draw(matrix: ConfusionMatrix, wording: Wording): string {
  const words = WORDS[wording.language];
  const names = matrix.labels.map((label, index) => (wording.names === 'own' ? label : String(index + 1)));
  const hasOther = matrix.counts.some((row) => (row[names.length] ?? 0) > 0);
  const columns = hasOther ? [...names, words.other] : names;
  const cells = matrix.counts.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return columns.map((_, predicted) => {
      const count = row[predicted] ?? 0;
      return { truth, predicted, count, share: total > 0 ? count / total : 0 };
    });
  });
  const size = Math.max(18, Math.min(52, Math.floor(560 / columns.length)));
  const longest = Math.max(...columns.map((name) => textWidth(name, FONT_SIZE)));
  const slanted = longest > size - 6;
  const marginTop = 24 + (slanted ? longest * Math.SQRT1_2 : 8);
  const marginLeft = PADDING + 9 + Math.max(...names.map((name) => textWidth(name, FONT_SIZE)));
  const marginRight = slanted ? PADDING + textWidth(columns.at(-1)!, FONT_SIZE) * Math.SQRT1_2 : PADDING;
  const width = Math.max(
    marginLeft + size * columns.length + marginRight,
    PADDING * 2 + textWidth(words.axes, FONT_SIZE),
  );
  const height = marginTop + size * names.length + PADDING;
  const axis = { tickSize: 0, fill: COLOURS.ink, labelArrow: 'none' } as const;

  const plot = Plot.plot({
    document: createDocument(),
    width,
    height,
    marginTop,
    marginLeft,
    marginRight: width - marginLeft - size * columns.length,
    marginBottom: PADDING,
    style: { fontFamily: FONT_FAMILY, fontSize: `${FONT_SIZE}px`, color: COLOURS.ink },
    x: { domain: columns.map((_, index) => index), padding: 0 },
    y: { domain: names.map((_, index) => index), padding: 0 },
    marks: [
      Plot.axisX({
        ...axis,
        anchor: 'top',
        label: null,
        tickFormat: (i: number) => columns[i]!,
        tickRotate: slanted ? -45 : 0,
      }),
      Plot.axisY({ ...axis, label: null, tickFormat: (i: number) => names[i]! }),
      // One hue, ever denser from none to all of a row, so that every eye and every printer keeps the order.
      Plot.cell(cells, {
        x: 'predicted',
        y: 'truth',
        fill: COLOURS.deep,
        fillOpacity: { value: 'share', scale: null },
        stroke: COLOURS.line,
        inset: 0,
      }),
      Plot.text(cells, {
        x: 'predicted',
        y: 'truth',
        text: (cell: { count: number }) => (cell.count > 0 ? String(cell.count) : ''),
        fill: (cell: { share: number }) => (cell.share > 0.55 ? '#ffffff' : COLOURS.ink),
        fontSize: Math.min(FONT_SIZE, size * 0.45),
      }),
    ],
  });
  const right = names.reduce((sum, _, index) => sum + (matrix.counts[index]?.[index] ?? 0), 0);
  const total = cells.reduce((sum, cell) => sum + cell.count, 0);
  const share = total > 0 ? ` (${((100 * right) / total).toFixed(1)}%)` : '';
  const summary = `${right} / ${total} ${words.right}${share}`;
  const subtitle = wording.names === 'own' && matrix.subtitle ? `${matrix.subtitle} · ${summary}` : summary;
  return titled(plot, { width, height }, [words.title, subtitle, words.axes]);
}
