/** What is filled in to have a teacher enrich a data set, and the order that it makes. The key of an endpoint is no part of it. */
import type { EnrichSettings } from '../../../src/studio/wire/index.ts';

export interface EnrichDraft {
  readonly task: EnrichSettings['task'];
  readonly kind: 'local' | 'endpoint';
  readonly localModel: string;
  readonly url: string;
  readonly endpointModel: string;
  readonly withLabel: boolean;
  readonly prompt: string;
  readonly count: number;
  readonly concurrency: number;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly maxSamples: number | '';
  readonly priceIn: number | '';
  readonly priceOut: number | '';
}

export const FIRST_DRAFT: EnrichDraft = {
  task: 'thought',
  kind: 'endpoint',
  localModel: '',
  url: '',
  endpointModel: '',
  withLabel: false,
  prompt: '',
  count: 2,
  concurrency: 8,
  temperature: 0.7,
  maxTokens: 512,
  maxSamples: '',
  priceIn: '',
  priceOut: '',
};

/** Tasks that make sense with the row's answer before the teacher. */
const MAY_BE_TOLD: readonly EnrichDraft['task'][] = ['thought', 'system'];

export function mayBeTold({ task, prompt }: EnrichDraft): boolean {
  return MAY_BE_TOLD.includes(task) || prompt.trim() !== '';
}

export function settingsOf(draft: EnrichDraft, dataset: string, as: string): EnrichSettings {
  const { task, kind, localModel, url, endpointModel, prompt, maxSamples, priceIn, priceOut } = draft;
  const { count, concurrency, temperature, maxTokens } = draft;
  return {
    ...{ dataset, task, as, count, concurrency, temperature, maxTokens },
    teacher:
      kind === 'local'
        ? { kind, model: localModel }
        : { kind, url: url.trim(), ...(endpointModel.trim() !== '' && { model: endpointModel.trim() }) },
    withLabel: draft.withLabel && mayBeTold(draft),
    ...(prompt.trim() !== '' && { prompt }),
    ...(maxSamples !== '' && { maxSamples }),
    ...(priceIn !== '' && { priceIn }),
    ...(priceOut !== '' && { priceOut }),
  };
}
