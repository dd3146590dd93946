/** The log of a job as it grows. It is text, whatever it holds. */
import { useEffect, useState } from 'react';

const SHOWN = 500;

export function JobLog({ id }: { id: string }) {
  const [lines, setLines] = useState<readonly string[]>([]);
  useEffect(() => {
    setLines([]);
    const source = new EventSource(`/api/jobs/${id}/events`);
    source.addEventListener('log', (message) => {
      const { message: line } = JSON.parse((message as MessageEvent<string>).data) as { message: string };
      setLines((before) => [...before.slice(1 - SHOWN), line]);
    });
    source.addEventListener('end', () => source.close());
    return () => source.close();
  }, [id]);
  if (lines.length === 0) return null;
  return (
    <pre className="code log" tabIndex={0}>
      {lines.join('\n')}
    </pre>
  );
}
