/** The plot, loaded when a page first shows one. */
import { Skeleton } from '@mantine/core';
import type { ComponentProps } from 'react';
import { loadLater } from './load-later.tsx';
import type { Plot } from './plot.tsx';

export const LazyPlot = loadLater<ComponentProps<typeof Plot>>(
  async () => (await import('./plot.tsx')).Plot,
  ({ height = 240 }) => <Skeleton height={height} />,
);
