/** After a job was removed its page leads to the list, which says so and can bring it back. */
import { useSearchParams } from 'wouter';
import { JOBS, type Job } from '../../src/studio/wire/index.ts';
import { useDo } from '../api/use-ask.ts';
import { ErrorState } from './states.tsx';
import { UndoAlert } from './undo-alert.tsx';

/** Where the list says that a job is gone. */
export function removedAddress({ id, title }: Job): string {
  return `/?${new URLSearchParams({ removed: id, title })}`;
}

export function RemovedJob({ said }: { said: (title: string) => string }) {
  const [query, setQuery] = useSearchParams();
  const restore = useDo(JOBS.restore);
  const id = query.get('removed');
  if (id === null) return null;
  const close = () => setQuery({}, { replace: true });
  return (
    <>
      <UndoAlert onUndo={() => restore.mutate({ params: { id } }, { onSuccess: close })} onClose={close}>
        {said(query.get('title') ?? id)}
      </UndoAlert>
      {restore.error && <ErrorState error={restore.error} />}
    </>
  );
}
