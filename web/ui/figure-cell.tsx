/** A share as per cent with its interval of 95 % beside it, small and grey. */
import { EVALUATE } from '../i18n/evaluate.ts';
import { useTexts } from '../i18n/language.tsx';
import { useFormat } from './use-format.ts';

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

interface FigureCellProps {
  readonly value: number;
  readonly interval?: Interval | undefined;
  readonly digits?: number;
  readonly isBest?: boolean;
}

export function FigureCell({ value, interval, digits = 1, isBest }: FigureCellProps) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  return (
    <span title={interval && text.interval(format.percent(interval.low), format.percent(interval.high))}>
      <span style={isBest === undefined ? undefined : { fontWeight: isBest ? 700 : 400 }}>
        {format.percent(value, digits)}
      </span>
      {interval && (
        <span style={{ color: 'var(--mantine-color-dimmed)', fontSize: 12, fontWeight: 400 }}>
          {' '}
          [{format.figure(100 * interval.low, digits)}, {format.figure(100 * interval.high, digits)}]
        </span>
      )}
    </span>
  );
}
