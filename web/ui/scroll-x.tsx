/** A frame whose content scrolls sideways where it is wider; by keys too, and only then a stop on the way through the page. */
import { useResizeObserver } from '@mantine/hooks';
import { type ReactNode, useEffect, useRef, useState } from 'react';

export function ScrollX({ isPanel = false, children }: { isPanel?: boolean; children: ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  const [observed, size] = useResizeObserver<HTMLDivElement>();
  const [isWider, setWider] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another width, or other content, may be wider
  useEffect(() => {
    const element = frame.current;
    if (element) setWider(element.scrollWidth > element.clientWidth);
  }, [size.width, children]);
  return (
    <div
      ref={frame}
      className={isPanel ? 'scroll-x panel' : 'scroll-x'}
      style={isPanel ? { padding: 0 } : undefined}
      tabIndex={isWider ? 0 : undefined}
    >
      <div ref={observed} style={{ minWidth: 'fit-content' }}>
        {children}
      </div>
    </div>
  );
}
