/** One setting as a field, made from its schema: its kind decides how it is entered, its help and default come with it. */
import { MultiSelect, Select, Switch, TagsInput, TextInput } from '@mantine/core';
import { defaultInWords, type Setting } from '../../../src/config/index.ts';
import { useLanguage, useSaid, useTexts } from '../../i18n/language.tsx';
import { TRAIN } from '../../i18n/train.ts';
import { useFormat } from '../../ui/use-format.ts';

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly disabled?: boolean;
}

interface SettingFieldProps {
  readonly setting: Setting;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  /** What is wrong with it now. */
  readonly problem?: string | undefined;
  /** What there is to choose from, where that is known. */
  readonly options?: readonly Option[] | undefined;
  readonly label?: string;
  readonly help?: string;
}

export function SettingField({ setting, value, onChange, problem, options, label, help }: SettingFieldProps) {
  const said = useSaid();
  const { language } = useLanguage();
  const text = useTexts(TRAIN).form;
  const format = useFormat();
  const { key, kind } = setting;
  const name = label ?? key;
  const fallback = setting.required ? text.required : text.isDefault(defaultInWords(setting, language));
  const description =
    help ?? said(setting.help) + format.note(setting.own ? format.clauses(fallback, text.own) : fallback);
  const shared = {
    label: label ? name : <span className="mono">{name}</span>,
    description,
    error: problem,
    'aria-label': name,
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as (
      | 'label'
      | 'input'
      | 'description'
      | 'error'
    )[],
  };
  if (kind === 'flag') {
    const isOn =
      value === undefined || value === '' ? setting.default === true : value === true || value === 'true';
    return (
      <Switch
        label={shared.label}
        description={description}
        aria-label={name}
        checked={isOn}
        error={problem}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (kind === 'list' && options) {
    return (
      <MultiSelect
        {...shared}
        data={[...options]}
        value={listOf(value)}
        onChange={onChange}
        searchable
        clearable
        hidePickedOptions
      />
    );
  }
  if (kind === 'list') return <TagsInput {...shared} value={listOf(value)} onChange={onChange} />;
  if (kind === 'choice' || options) {
    const data = options ? [...options] : [...(setting.choices ?? [])];
    return (
      <Select
        {...shared}
        data={data}
        value={value === undefined || value === '' ? null : String(value)}
        onChange={(chosen) => onChange(chosen ?? '')}
        placeholder={options ? '' : String(setting.default ?? '')}
        searchable={options !== undefined}
        clearable={!setting.required}
      />
    );
  }
  return (
    <TextInput
      {...shared}
      value={value === undefined || value === null ? '' : String(value)}
      placeholder={setting.required || help ? '' : defaultInWords(setting, language)}
      {...(kind === 'text' ? {} : { inputMode: 'decimal' as const })}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' && value !== '' ? value.split(',') : [];
}
