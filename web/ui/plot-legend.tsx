/** The names of a plot's lines with their values under the pointer; a click hides a line, also by keyboard. */
import { type Ref, useImperativeHandle, useRef } from 'react';
import type { Line } from './plot-options.ts';

/** Values come with every move of the pointer, so they go past React. */
export interface Reading {
  show(read: { readonly x: number | undefined; readonly values: readonly (number | null)[] }): void;
}

interface PlotLegendProps {
  readonly ref: Ref<Reading>;
  readonly xLabel: string;
  readonly lines: readonly Line[];
  readonly hidden: ReadonlySet<string>;
  readonly toggle: (label: string) => void;
  readonly format: ((value: number) => string) | undefined;
}

export function PlotLegend({ ref, xLabel, lines, hidden, toggle, format }: PlotLegendProps) {
  const place = useRef<HTMLSpanElement>(null);
  const figures = useRef<(HTMLSpanElement | null)[]>([]);
  const show = format ?? ((value: number) => value.toPrecision(4));
  useImperativeHandle(ref, () => ({
    show({ x, values }) {
      if (place.current)
        place.current.textContent =
          x === undefined ? '' : `${xLabel} ${x.toLocaleString(document.documentElement.lang)}`;
      for (const [index, value] of values.entries()) {
        const figure = figures.current[index];
        if (figure) figure.textContent = value === null ? '–' : show(value);
      }
    },
  }));
  return (
    <div className="legend">
      {lines.map(({ label, color, isFaint, isDashed }, index) => (
        <button key={label} type="button" aria-pressed={!hidden.has(label)} onClick={() => toggle(label)}>
          <span
            className="legend-mark"
            style={{
              background: isDashed
                ? `repeating-linear-gradient(90deg, ${color} 0 4px, transparent 4px 6px)`
                : isFaint
                  ? `${color}59`
                  : color,
            }}
          />
          <span className="legend-name">{label}</span>
          <span
            className="legend-value"
            ref={(element) => {
              figures.current[index] = element;
            }}
          />
        </button>
      ))}
      <span ref={place} className="legend-value" />
    </div>
  );
}
