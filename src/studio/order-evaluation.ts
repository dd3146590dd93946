/**
 * From what the page asks for to the words of `tunesmith evaluate`: a run file, endpoints and predictions in the job's
 * folder. Keys and headers of endpoints go to the job's process alone; the files name variables in their place.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { EndpointSchema, resolveRunConfig, toRunFile } from '../config/index.ts';
import { ConfigError, writeFileAtomic } from '../core/index.ts';
import { placeAdapter, placeSettings } from './run-settings.ts';
import type { Uploads } from './uploads.ts';
import type { EVALUATIONS } from './wire/index.ts';
import type { Workspace } from './workspace.ts';

type Asked = z.output<typeof EVALUATIONS.start.body>;

interface Places {
  readonly workspace: Workspace;
  readonly uploads: Uploads;
  /** Of the job. */
  readonly folder: string;
}

interface Order {
  readonly words: readonly string[];
  readonly about: Readonly<Record<string, string>>;
  /** Environment variables. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** @throws ConfigError for what cannot be carried out, MissingError for an upload that is gone */
export function orderEvaluation(asked: Asked, { workspace, uploads, folder }: Places): Order {
  const hasModel = asked.model !== undefined;
  const adapters = hasModel ? asked.adapters.map((path) => placeAdapter(path, workspace)) : [];
  // One adapter is "tuned" beside "base"; several are told apart by their names.
  const [tuned, further] = adapters.length === 1 ? [adapters[0], []] : [undefined, adapters];
  const settings = {
    ...asked.settings,
    // No model is opened then, and any name will do.
    ...(hasModel ? { model_name_or_path: asked.model } : { model_name_or_path: 'starter:none' }),
    eval_dataset: [asked.dataset],
    ...(tuned !== undefined && { adapter_name_or_path: [tuned] }),
  };
  const runFile = join(folder, 'evaluate.yaml');
  writeFileAtomic(runFile, toRunFile(resolveRunConfig(placeSettings(settings, workspace))));
  const endpoints = asked.endpoints.map((endpoint, index) => endpointFile(endpoint, { index, folder }));
  const predictions = asked.predictions.map((id) => {
    const path = uploads.pathOf(id);
    mkdirSync(join(folder, 'predictions'), { recursive: true });
    const kept = join(folder, 'predictions', basename(path));
    copyFileSync(path, kept);
    return kept;
  });
  // Several adapters are called by their folders, which the page knows as it shows them.
  const nameOf = (shown: string) => further.find((path) => workspace.shown(path) === shown) ?? shown;
  const several = (flag: string, values: readonly string[]) => (values.length > 0 ? [flag, ...values] : []);
  return {
    words: [
      'evaluate',
      runFile,
      ...(hasModel ? [] : ['--no-model']),
      ...(hasModel && !asked.withBase ? ['--no-base'] : []),
      ...(asked.freeAnswers ? [] : ['--no-free']),
      ...several('--adapter', further),
      ...several('--predictions', predictions),
      ...several(
        '--endpoint',
        endpoints.map(({ path }) => path),
      ),
      ...(asked.incumbent === undefined ? [] : ['--incumbent', nameOf(asked.incumbent)]),
    ],
    about: {
      dataset: asked.dataset,
      ...(asked.model !== undefined && { model: asked.model }),
      adapters: adapters.map((path) => workspace.shown(path)).join(', '),
      others: [...endpoints.map(({ name }) => name), ...predictions.map((path) => basename(path))].join(', '),
    },
    secrets: Object.assign({}, ...endpoints.map((one) => one.secrets)),
  };
}

function endpointFile(
  { settings, key }: Asked['endpoints'][number],
  { index, folder }: { index: number; folder: string },
): { path: string; name: string; secrets: Record<string, string> } {
  const parsed = EndpointSchema.safeParse(settings);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'all'}: ${message}`);
    throw new ConfigError({
      en: `endpoint ${index + 1}: ${problems.join('; ')}; correct its settings`,
      zh: `接口 ${index + 1}：${problems.join('；')}；请更正其设置`,
    });
  }
  const secrets: Record<string, string> = {};
  const hidden = (name: string, value: string) => {
    if (/\$\{\w+\}/.test(value)) return value;
    const variable = `TUNESMITH_ENDPOINT_${index + 1}_${name}`;
    secrets[variable] = value;
    return `\${${variable}}`;
  };
  const { headers, api_key, ...rest } = parsed.data;
  const given = key || api_key;
  const kept = {
    ...rest,
    ...(given && { api_key: hidden('KEY', given) }),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value], place) => [name, hidden(`HEADER_${place + 1}`, value)]),
    ),
  };
  const path = join(folder, `endpoint-${index + 1}.yaml`);
  writeFileAtomic(path, stringify(kept));
  return { path, name: parsed.data.name, secrets };
}
