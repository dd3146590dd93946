/** The end of a form: what went wrong when it was sent, and the button that sends it. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorState } from './states.tsx';

interface SubmitProps {
  readonly sending: { readonly isPending: boolean; readonly error: Error | null };
  readonly isReady: boolean;
  readonly children: ReactNode;
}

export function Submit({ sending, isReady, children }: SubmitProps) {
  return (
    <>
      {sending.error && <ErrorState error={sending.error} />}
      <Button
        type="submit"
        size="sm"
        style={{ alignSelf: 'start' }}
        loading={sending.isPending}
        disabled={!isReady}
      >
        {children}
      </Button>
    </>
  );
}
