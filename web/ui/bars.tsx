/** Counts by name as horizontal bars, with the numbers beside them. */
import { useFormat } from './use-format.ts';

export function Bars({ bars }: { bars: readonly { readonly label: string; readonly count: number }[] }) {
  const format = useFormat();
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <div className="bars">
      {bars.map(({ label, count }) => (
        <div key={label} style={{ display: 'contents' }}>
          <span style={{ fontSize: 13, overflowWrap: 'anywhere' }}>{label}</span>
          <span className="bar" style={{ width: `${(100 * count) / most}%` }} />
          <span style={{ fontSize: 13, textAlign: 'right' }}>{format.count(count)}</span>
        </div>
      ))}
    </div>
  );
}
