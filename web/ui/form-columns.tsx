/** A form and what it leads to, side by side; one below the other where the window is narrow. */
import type { CSSProperties, ReactNode } from 'react';

/** @param columns as grid-template-columns says them */
export function FormColumns({ columns, children }: { columns: string; children: ReactNode }) {
  return (
    <div className="form-columns" style={{ '--columns': columns } as CSSProperties}>
      {children}
    </div>
  );
}
