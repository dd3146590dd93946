/** Each training's colour, the same wherever it is drawn: neighbours in time, which are compared most, differ. */
import { useCallback, useMemo } from 'react';
import { RUNS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { colorAt } from '../../ui/series-colors.ts';
import { useDark } from '../../ui/use-dark.ts';

export function useRunColors(): (id: string) => string {
  const isDark = useDark();
  const { data } = useAsk(RUNS.list);
  const places = useMemo(
    () => new Map(data?.runs.map(({ id }, index, { length }) => [id, length - 1 - index])),
    [data],
  );
  return useCallback((id) => colorAt(places.get(id) ?? 0, isDark), [places, isDark]);
}
