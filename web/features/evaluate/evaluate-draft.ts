/** What the form of an evaluation holds, and the order that it becomes. */
import type { z } from 'zod';
import { EndpointSchema } from '../../../src/config/index.ts';
import type { EVALUATIONS } from '../../../src/studio/wire/index.ts';

export interface EndpointDraft {
  /** Tells one from another while they are edited. */
  readonly id: string;
  readonly kind: 'chat' | 'json';
  readonly name: string;
  readonly url: string;
  readonly model: string;
  readonly headers: string;
  readonly body: string;
  readonly answerPath: string;
  readonly probabilityPath: string;
  readonly concurrency: number | '';
  readonly timeoutSeconds: number | '';
}

export interface EvaluateDraft {
  readonly dataset: string;
  readonly model: string;
  readonly withBase: boolean;
  readonly adapters: readonly string[];
  readonly endpoints: readonly EndpointDraft[];
  /** Uploads. */
  readonly predictions: readonly { readonly id: string; readonly name: string }[];
  readonly incumbent: string;
  readonly freeAnswers: boolean;
  readonly maxSamples: number | '';
}

export const FIRST_DRAFT: EvaluateDraft = {
  dataset: '',
  model: '',
  withBase: true,
  adapters: [],
  endpoints: [],
  predictions: [],
  incumbent: '',
  freeAnswers: false,
  maxSamples: '',
};

export const FIRST_ENDPOINT: Omit<EndpointDraft, 'id'> = {
  kind: 'chat',
  name: 'online',
  url: '',
  model: '',
  headers: '',
  body: '{"text": "{input}"}',
  answerPath: 'label',
  probabilityPath: '',
  concurrency: '',
  timeoutSeconds: '',
};

/** Settings as the schema of endpoints has them; a text that is empty says nothing. */
function endpointSettings(draft: EndpointDraft): Record<string, unknown> {
  const { kind, name, url, model, headers, body, answerPath, probabilityPath } = draft;
  const { concurrency, timeoutSeconds } = draft;
  return {
    ...(name.trim() !== '' && { name: name.trim() }),
    url: url.trim(),
    ...(headers.trim() !== '' && { headers: headersIn(headers) }),
    ...(kind === 'chat'
      ? model.trim() !== '' && { model: model.trim() }
      : {
          body: jsonIn(body),
          ...(answerPath.trim() !== '' && { answer_path: answerPath.trim() }),
          ...(probabilityPath.trim() !== '' && { probability_path: probabilityPath.trim() }),
        }),
    ...(concurrency !== '' && { concurrency }),
    ...(timeoutSeconds !== '' && { timeout_seconds: timeoutSeconds }),
  };
}

/** What is wrong with an endpoint, as the schema says it; undefined where nothing is. */
export function endpointFault(draft: EndpointDraft): string | undefined {
  if (draft.kind === 'json' && jsonIn(draft.body) === undefined) return 'body: JSON';
  const parsed = EndpointSchema.safeParse(endpointSettings(draft));
  if (parsed.success) return undefined;
  return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
}

/** Who is judged, by the names that the evaluation will give them. */
export function judgedNames({ model, withBase, adapters, endpoints, predictions }: EvaluateDraft): string[] {
  const own = model === '' ? [] : adapters.length === 1 ? ['tuned'] : adapters;
  return [
    ...(model !== '' && withBase ? ['base'] : []),
    ...own,
    ...predictions.map(({ name }) => name.replace(/\.[^.]+$/, '')),
    ...endpoints.map(({ name }) => name.trim() || 'endpoint'),
  ];
}

/** @param keys of endpoints, which are not kept in the draft */
export function orderOf(
  draft: EvaluateDraft,
  { keys, template }: { keys: Readonly<Record<string, string>>; template: string | undefined },
): z.input<typeof EVALUATIONS.start.body> {
  const { dataset, model, withBase, adapters, endpoints, predictions, incumbent, freeAnswers } = draft;
  return {
    dataset,
    ...(model !== '' && { model, withBase, adapters: [...adapters] }),
    endpoints: endpoints.map((endpoint) => {
      const key = keys[endpoint.id];
      return { settings: endpointSettings(endpoint), ...(key && { key }) };
    }),
    predictions: predictions.map(({ id }) => id),
    ...(judgedNames(draft).includes(incumbent) && { incumbent }),
    freeAnswers,
    settings: {
      bf16: true,
      ...(template && { template }),
      ...(draft.maxSamples !== '' && { max_samples: draft.maxSamples }),
    },
  };
}

function headersIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said beside the field
  }
}
