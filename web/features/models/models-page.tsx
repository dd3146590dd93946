/** Models on this machine and starters that can be fetched, and the adapters that trainings left. */
import { Button, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { Link } from 'wouter';
import { type Adapter, JOBS, type Job, MODELS, type Model } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { MODELS_TEXT } from '../../i18n/models.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Answered } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';

export function ModelsPage() {
  const text = useTexts(MODELS_TEXT);
  const format = useFormat();
  const list = useAsk(MODELS.list);
  return (
    <>
      <PageHead
        title={text.title}
        about={list.data && text.about(format.bytes(list.data.memoryBytes), list.data.folder)}
      />
      <Answered of={list}>
        {({ models, adapters }) => (
          <Stack gap="lg">
            <ModelTable models={models} />
            <section>
              <Title order={2} mb="xs">
                {text.adapters}
              </Title>
              {adapters.length === 0 ? (
                <Text c="dimmed">{text.noAdapters}</Text>
              ) : (
                <AdapterTable adapters={adapters} />
              )}
            </section>
          </Stack>
        )}
      </Answered>
    </>
  );
}

function ModelTable({ models }: { models: readonly Model[] }) {
  const text = useTexts(MODELS_TEXT);
  const format = useFormat();
  const downloads = (useAsk(JOBS.list).data?.jobs ?? []).filter(({ kind }) => kind === 'download');
  return (
    <div className="scroll-x panel" style={{ padding: 0 }}>
      <table className="table">
        <thead>
          <tr>
            <th>{text.name}</th>
            <th>{text.kind}</th>
            <th>{text.license}</th>
            <th className="number">{text.size}</th>
            <th style={{ width: '30%' }}>
              <VisuallyHidden>{text.fetch}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.name}>
              <td style={{ overflowWrap: 'anywhere' }}>
                {model.title}
                {model.family && (
                  <Text size="xs" c="dimmed">
                    {model.family}
                  </Text>
                )}
              </td>
              <td>{text.kinds[model.kind]}</td>
              <td>{model.license ?? '–'}</td>
              <td className="number">{format.bytes(model.sizeBytes)}</td>
              <td>
                <ModelAction
                  model={model}
                  job={downloads.find(({ about }) => about?.['model'] === model.name)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ModelAction({ model, job }: { model: Model; job: Job | undefined }) {
  const text = useTexts(MODELS_TEXT);
  const fetchModel = useDo(MODELS.fetch);
  if (model.isHere) return <Text size="sm">{text.here}</Text>;
  if (job && (job.state === 'running' || job.state === 'queued')) {
    return job.progress ? <ProgressLine progress={job.progress} /> : <StateMark state={job.state} />;
  }
  const problem = fetchModel.error?.message ?? (job?.state === 'failed' ? job.message : undefined);
  const license = model.license ?? '';
  return (
    <>
      {model.mustAccept ? (
        <ConfirmButton
          question={text.acceptQuestion(model.title, license, model.licenseAt ?? '')}
          yes={text.accept(license)}
          leftSection={<IconDownload size={14} />}
          onConfirm={() => fetchModel.mutate({ body: { name: model.name, acceptLicense: true } })}
        >
          {text.fetch}
        </ConfirmButton>
      ) : (
        <Button
          variant="default"
          leftSection={<IconDownload size={14} />}
          loading={fetchModel.isPending}
          onClick={() => fetchModel.mutate({ body: { name: model.name } })}
        >
          {text.fetch}
        </Button>
      )}
      {problem && (
        <Text size="xs" c="red" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {problem}
        </Text>
      )}
    </>
  );
}

function AdapterTable({ adapters }: { adapters: readonly Adapter[] }) {
  const text = useTexts(MODELS_TEXT);
  const format = useFormat();
  return (
    <div className="scroll-x panel" style={{ padding: 0 }}>
      <table className="table">
        <thead>
          <tr>
            <th>{text.adapter}</th>
            <th>{text.base}</th>
            <th>{text.dataset}</th>
            <th className="number">{text.rank}</th>
            <th className="number">{text.size}</th>
            <th className="number">{text.made}</th>
            <th>
              <VisuallyHidden>{text.evaluate}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {adapters.map(({ path, run, base, dataset, rank, sizeBytes, made }) => (
            <tr key={path}>
              <td style={{ overflowWrap: 'anywhere' }}>
                <Link href={`~/train/run/${run}`}>{path}</Link>
              </td>
              <td style={{ overflowWrap: 'anywhere' }}>{base}</td>
              <td>{dataset}</td>
              <td className="number">{rank ?? '–'}</td>
              <td className="number">{format.bytes(sizeBytes)}</td>
              <td className="number">{format.date(made)}</td>
              <td className="number">
                <Button
                  component={Link}
                  size="compact-xs"
                  variant="default"
                  href={`~/evaluate/new?adapter=${encodeURIComponent(path)}`}
                >
                  {text.evaluate}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
