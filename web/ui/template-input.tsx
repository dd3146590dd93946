/** The chat template by which a picked model is served: what is written here, else the adapter's, else the model's own. */
import { TextInput } from '@mantine/core';
import { MODELS } from '../../src/studio/wire/index.ts';
import { useAsk } from '../api/use-ask.ts';
import { useTexts } from '../i18n/language.tsx';
import { TEMPLATE } from '../i18n/template.ts';
import type { PickedModel } from './model-picker.tsx';
import { useStored } from './use-stored.ts';

interface ChosenTemplate {
  /** Undefined for the model's own. */
  readonly template: string | undefined;
  readonly input: TemplateInputProps;
}

interface TemplateInputProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** That of the adapters. */
  readonly trained: string | undefined;
}

/** @param key under which what was written is kept in the browser */
export function useTemplate(key: string, { adapters }: PickedModel): ChosenTemplate {
  const models = useAsk(MODELS.list).data;
  const trained = models?.adapters.find(({ path }) => adapters.includes(path))?.template;
  const [value, onChange] = useStored(key, '');
  return { template: value.trim() || trained, input: { value, onChange, trained } };
}

export function TemplateInput({ value, onChange, trained }: TemplateInputProps) {
  const text = useTexts(TEMPLATE);
  return (
    <TextInput
      label={text.label}
      title={text.help}
      placeholder={trained ?? text.own}
      w={140}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      spellCheck={false}
    />
  );
}
