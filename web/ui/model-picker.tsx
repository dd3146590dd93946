/** A base model and adapters on it, chosen together: an adapter fits only the model that it was trained on. */
import { MultiSelect, Select } from '@mantine/core';
import { MODELS } from '../../src/studio/wire/index.ts';
import { useAsk } from '../api/use-ask.ts';

export interface PickedModel {
  readonly model: string;
  readonly adapters: readonly string[];
}

interface ModelPickerProps {
  readonly value: PickedModel;
  readonly onChange: (value: PickedModel) => void;
  readonly labels: { readonly model: string; readonly adapters: string };
}

export function ModelPicker({ value, onChange, labels }: ModelPickerProps) {
  const models = useAsk(MODELS.list).data;
  const fitting = (models?.adapters ?? []).filter(({ base }) => base === value.model);
  return (
    <>
      <Select
        label={labels.model}
        data={(models?.models ?? []).map(({ name, title, isHere }) => ({
          value: name,
          label: title,
          disabled: !isHere,
        }))}
        value={value.model || null}
        onChange={(model) => onChange({ model: model ?? '', adapters: [] })}
        searchable
        style={{ minWidth: 240 }}
      />
      <MultiSelect
        label={labels.adapters}
        data={fitting.map(({ path }) => path)}
        value={value.adapters.filter((path) => fitting.some((one) => one.path === path))}
        onChange={(adapters) => onChange({ ...value, adapters })}
        searchable
        clearable
        style={{ minWidth: 240 }}
      />
    </>
  );
}
