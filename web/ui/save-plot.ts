/** A plot as files: the picture with its names on solid ground, and its values as CSV. */
import type uPlot from 'uplot';
import type { Line } from './plot-options.ts';

const BOM = '\ufeff'; // for spreadsheets, which take UTF-8 for something else without it

/** The part that is seen, with title and names above it. */
export function savePng(plot: uPlot, title: string, lines: readonly Line[]): void {
  const { canvas } = plot.ctx;
  const scale = canvas.width / plot.width;
  const head = 24 * scale;
  const picture = document.createElement('canvas');
  picture.width = canvas.width;
  picture.height = canvas.height + head;
  const pen = picture.getContext('2d');
  if (!pen) return;
  const { backgroundColor, color } = getComputedStyle(document.body);
  pen.fillStyle = backgroundColor;
  pen.fillRect(0, 0, picture.width, picture.height);
  pen.font = `${12 * scale}px system-ui, sans-serif`;
  pen.textBaseline = 'middle';
  let x = 8 * scale;
  for (const [name, ink] of [[title, color], ...lines.map((line) => [`■ ${line.label}`, line.color])]) {
    pen.fillStyle = ink!;
    pen.fillText(name!, x, head / 2);
    x += pen.measureText(name!).width + 16 * scale;
  }
  pen.drawImage(canvas, 0, head);
  picture.toBlob((blob) => blob && save(blob, `${title}.png`));
}

export function saveCsv(
  title: string,
  x: Pick<Line, 'label'> & { values: readonly number[] },
  lines: readonly Line[],
): void {
  const head = [x, ...lines].map(({ label }) => `"${label.replaceAll('"', '""')}"`);
  const rows = x.values.map((value, index) =>
    [value, ...lines.map(({ values }) => values[index] ?? '')].join(','),
  );
  save(new Blob([`${BOM}${[head.join(','), ...rows].join('\n')}\n`], { type: 'text/csv' }), `${title}.csv`);
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
