/** The models on this machine and the starters: what each is, what it needs, and what is on its way here. */
import { Skeleton, Text, VisuallyHidden } from '@mantine/core';
import { useEffect } from 'react';
import { JOBS, type Job, MODELS, type Model, type ModelNeeds } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { MODELS_TEXT } from '../../i18n/models.ts';
import { useFormat } from '../../ui/use-format.ts';
import { FitMark } from './fit-mark.tsx';
import { ModelAction } from './model-action.tsx';

export function ModelTable({ models }: { models: readonly Model[] }) {
  const text = useTexts(MODELS_TEXT);
  const downloads = (useAsk(JOBS.list).data?.jobs ?? []).filter(({ kind }) => kind === 'download');
  const needs = useNeeds(models);
  const jobOf = (name: string) => downloads.find(({ about }) => about?.['model'] === name);
  return (
    <div className="scroll-x panel" style={{ padding: 0 }}>
      <table className="table">
        <thead>
          <tr>
            <th>{text.name}</th>
            <th>{text.license}</th>
            <th className="number">{text.size}</th>
            <th className="number" title={text.trainHelp}>
              {text.train}
            </th>
            <th className="number" title={text.serveHelp}>
              {text.serve}
            </th>
            <th style={{ width: '30%' }}>
              <VisuallyHidden>{text.actions}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {[...models, ...onTheirWay(models, downloads)].map((model) => (
            <ModelRow
              key={model.name}
              model={model}
              job={jobOf(model.name)}
              needs={needs.data?.models.find(({ name }) => name === model.name)}
              isAsking={needs.isPending}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Reckoning takes seconds: a model that came meanwhile is asked for again. */
function useNeeds(models: readonly Model[]) {
  const needs = useAsk(MODELS.needs, {}, { keep: true });
  const { data, error, isFetching, refetch } = needs;
  const isLacking = models.some(
    ({ name, isHere }) => isHere && data && !data.models.some((one) => one.name === name),
  );
  useEffect(() => {
    if (isLacking && !isFetching && !error) void refetch();
  }, [isLacking, isFetching, error, refetch]);
  return needs;
}

function ModelRow({
  model,
  job,
  needs,
  isAsking,
}: {
  model: Model;
  job: Job | undefined;
  needs: ModelNeeds | undefined;
  isAsking: boolean;
}) {
  const text = useTexts(MODELS_TEXT);
  const said = useSaid();
  const format = useFormat();
  const { title, kind, isHere, license, sizeBytes } = model;
  const family = needs?.family ?? model.family;
  const problem = needs?.problem;
  const about = [text.kinds[kind], family, isHere ? text.here : kind !== 'starter' && text.unfinished];
  return (
    <tr>
      <td style={{ overflowWrap: 'anywhere', minWidth: 160 }} title={model.place}>
        {title}
        <Text size="xs" c="dimmed">
          {about.filter(Boolean).join(' · ')}
        </Text>
        {problem && (
          <Text size="xs" c="var(--ts-bad)">
            {said({ en: problem.message, zh: problem.zh ?? problem.message })}
          </Text>
        )}
      </td>
      <td>{license ?? '–'}</td>
      <td className="number">{sizeBytes > 0 ? format.bytes(sizeBytes) : '–'}</td>
      {(['train', 'serve'] as const).map((use) => (
        <td className="number" key={use}>
          {isAsking && (isHere || kind === 'starter') ? (
            <Skeleton height={14} width={64} ml="auto" />
          ) : (
            <FitMark of={needs} use={use} />
          )}
        </td>
      ))}
      <td>
        <ModelAction model={model} job={job} />
      </td>
    </tr>
  );
}

/** Downloads of which nothing lies here yet: by their jobs alone. */
function onTheirWay(models: readonly Model[], downloads: readonly Job[]): Model[] {
  const known = new Set(models.map(({ name }) => name));
  return downloads.flatMap(({ about, title, state }): Model[] => {
    const name = about?.['model'] ?? '';
    if (name === '' || known.has(name)) return [];
    // The latest tells; those before it are history.
    known.add(name);
    if (state === 'finished') return [];
    return [{ name, title, kind: 'hub', isHere: false, sizeBytes: 0, mustAccept: false }];
  });
}
