/** The plot, loaded when a page first shows one. */
import { Skeleton } from '@mantine/core';
import { type ComponentProps, lazy, Suspense } from 'react';
import type { Plot } from './plot.tsx';

const Loaded = lazy(async () => ({ default: (await import('./plot.tsx')).Plot }));

export function LazyPlot(props: ComponentProps<typeof Plot>) {
  return (
    <Suspense fallback={<Skeleton height={props.height ?? 240} />}>
      <Loaded {...props} />
    </Suspense>
  );
}
