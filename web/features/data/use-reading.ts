/** With which model, template and cutoff_len rows are looked at: chosen once for all data sets, kept over a reload. */
import { MODELS, type Model, type Reading } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useStored } from '../../ui/use-stored.ts';

export interface ChosenReading {
  /** Absent where there is no model on this machine. */
  readonly reading: Reading | undefined;
  readonly models: readonly Model[];
  readonly cutoff: number;
  readonly template: string;
  readonly setModel: (model: string) => void;
  readonly setCutoff: (cutoff: number) => void;
  readonly setTemplate: (template: string) => void;
}

export function useReading(): ChosenReading {
  const [cutoff, setCutoff] = useStored('data.cutoff', 2048);
  const [chosen, setModel] = useStored('data.model', '');
  const [template, setTemplate] = useStored('data.template', '');
  const models = useAsk(MODELS.list).data?.models.filter(({ isHere }) => isHere) ?? [];
  const model = (models.find(({ name }) => name === chosen) ?? models[0])?.name;
  const reading =
    model === undefined ? undefined : { model, cutoff_len: cutoff, ...(template !== '' && { template }) };
  return { reading, models, cutoff, template, setModel, setCutoff, setTemplate };
}
