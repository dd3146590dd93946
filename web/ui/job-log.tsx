/** The log of a job as it grows. It is text, whatever it holds. */
import { useEffect, useState } from 'react';
import type { Told } from '../../src/core/portable.ts';
import { useSaid } from '../i18n/language.tsx';

const SHOWN = 500;

export function JobLog({ id }: { id: string }) {
  const said = useSaid();
  const [lines, setLines] = useState<readonly Told[]>([]);
  useEffect(() => {
    setLines([]);
    const source = new EventSource(`/api/jobs/${id}/events`);
    source.addEventListener('log', (message) => {
      const line = JSON.parse((message as MessageEvent<string>).data) as Told;
      setLines((before) => [...before.slice(1 - SHOWN), line]);
    });
    source.addEventListener('end', () => source.close());
    return () => source.close();
  }, [id]);
  if (lines.length === 0) return null;
  return (
    <pre className="code log" tabIndex={0}>
      {lines.map((line) => said(line)).join('\n')}
    </pre>
  );
}
