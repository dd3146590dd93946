/** A row of figures, each with its name: what a run answers at a glance. */
import type { ReactNode } from 'react';

export function Figures({ of }: { of: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="figures" style={{ margin: 0 }}>
      {of.map(([name, value]) => (
        <div className="figure" key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
