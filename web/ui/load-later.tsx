/**
 * A component whose code is loaded when it is first shown, or beforehand while nothing else is to do. Not by React's
 * own lazy: that keeps its waiting state for 300 ms once it was shown, however soon the code is there.
 */
import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { ErrorState } from './states.tsx';

type Load = () => Promise<unknown>;

/** What no one has asked for yet. */
const waiting = new Set<Load>();

/** @param Waiting shown in its place until its code is there, with the same properties */
export function loadLater<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Waiting: (props: Props) => ReactNode,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  const once = async () => {
    waiting.delete(once);
    loaded ??= await load();
    return loaded;
  };
  waiting.add(once);
  return function Later(props: Props) {
    const [View, setView] = useState(() => loaded);
    const [error, setError] = useState<Error>();
    useEffect(() => {
      if (!View && !error) once().then((view) => setView(() => view), setError);
    }, [View, error]);
    if (View) return <View {...props} />;
    if (error) return <ErrorState error={error} onRetry={() => setError(undefined)} />;
    return <Waiting {...props} />;
  };
}

/** Loads what is left, one after the other, whenever the browser is idle. */
export function loadRestWhenIdle(): void {
  const [next] = waiting;
  if (!next) return;
  const go = () => void next().then(loadRestWhenIdle, () => undefined); // what fails here fails again where it is shown
  // Safari has no idle callbacks.
  if ('requestIdleCallback' in window) requestIdleCallback(go);
  else setTimeout(go, 200);
}
