/** A name for a data set that is made: what was typed, else the first that is free. */
import { DATASETS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useStored } from '../../ui/use-stored.ts';

/**
 * @param field tells fields apart
 * @returns the name, and a setter; null goes back to the suggestion
 */
export function useFreeName(field: string, wanted: string): [string, (name: string | null) => void] {
  const [typed, setTyped] = useStored<string | null>(`data.name.${field}`, null);
  const taken = useAsk(DATASETS.list).data?.datasets.map(({ name }) => name) ?? [];
  let free = wanted;
  for (let number = 2; taken.includes(free); number++) free = `${wanted}_${number}`;
  return [typed ?? free, setTyped];
}
