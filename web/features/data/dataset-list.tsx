/** All data sets, and the ways to get one more: a file, or an example. */
import { Button, FileButton, Text, VisuallyHidden } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { DATASETS, type Dataset } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Answered, EmptyState, ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { BinList } from './bin-list.tsx';

const ACCEPTED = '.csv,.tsv,.json,.jsonl,.xlsx,.parquet,.arrow,.txt';

export function DatasetList() {
  const text = useTexts(DATA);
  const [, go] = useLocation();
  const list = useAsk(DATASETS.list);
  const upload = useDo(DATASETS.upload);
  const [isOver, setOver] = useState(false);
  const send = (file: File | null) => {
    if (!file) return;
    upload.mutate({ query: { name: file.name }, file }, { onSuccess: ({ id }) => go(`/upload/${id}`) });
  };
  const drop = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      send(event.dataTransfer.files[0] ?? null);
    },
  };
  const button = (
    <FileButton accept={ACCEPTED} onChange={send} inputProps={{ 'aria-label': text.upload }}>
      {(props) => (
        <Button {...props} leftSection={<IconUpload size={14} />} loading={upload.isPending} data-new>
          {text.upload}
        </Button>
      )}
    </FileButton>
  );
  return (
    <section
      {...drop}
      aria-label={text.title}
      style={{
        minHeight: '60vh',
        outline: isOver ? '2px dashed var(--mantine-primary-color-filled)' : 'none',
        outlineOffset: 8,
      }}
    >
      <PageHead title={text.title} about={list.data && text.about(list.data.folder)} actions={button} />
      {upload.isPending && <Text role="status">{text.uploading(upload.variables.query?.name ?? '')}</Text>}
      {upload.error && <ErrorState error={upload.error} />}
      <Answered of={list}>
        {({ datasets }) =>
          datasets.length === 0 ? (
            <EmptyState title={text.empty} actions={<Examples />}>
              {text.emptyAbout}
              <br />
              {text.drop}
            </EmptyState>
          ) : (
            <>
              <DatasetTable datasets={datasets} />
              <Text size="xs" c="dimmed" mt="sm">
                {text.drop}
              </Text>
            </>
          )
        }
      </Answered>
      <BinList />
    </section>
  );
}

function Examples() {
  const text = useTexts(DATA);
  const add = useDo(DATASETS.example);
  return (
    <>
      <Button variant="default" onClick={() => add.mutate({ body: { example: 'support-tickets' } })}>
        {text.exampleEn}
      </Button>
      <Button variant="default" onClick={() => add.mutate({ body: { example: 'news-headlines-zh' } })}>
        {text.exampleZh}
      </Button>
      {add.error && <ErrorState error={add.error} />}
    </>
  );
}

function DatasetTable({ datasets }: { datasets: readonly Dataset[] }) {
  const text = useTexts(DATA);
  const said = useSaid();
  const format = useFormat();
  const remove = useDo(DATASETS.remove);
  return (
    <>
      {remove.error && <ErrorState error={remove.error} />}
      <div className="scroll-x panel" style={{ padding: 0 }}>
        <table className="table">
          <thead>
            <tr>
              <th>{text.name}</th>
              <th>{text.file}</th>
              <th>{text.format}</th>
              <th className="number">{text.size}</th>
              <th className="number">{text.changed}</th>
              <th>
                <VisuallyHidden>{text.remove}</VisuallyHidden>
              </th>
            </tr>
          </thead>
          <tbody>
            {datasets.map(({ name, file, formatting, sizeBytes, changed, problem }) => (
              <tr key={name}>
                <td style={{ overflowWrap: 'anywhere', minWidth: 120 }}>
                  {problem ? name : <Link href={`/set/${encodeURIComponent(name)}`}>{name}</Link>}
                </td>
                <td style={{ overflowWrap: 'anywhere', minWidth: 140 }}>
                  {file}
                  {problem && (
                    <Text size="xs" c="red">
                      {said(problem)}
                    </Text>
                  )}
                </td>
                <td>{formatting}</td>
                <td className="number">{sizeBytes === undefined ? '–' : format.bytes(sizeBytes)}</td>
                <td className="number">{changed ? format.date(changed) : '–'}</td>
                <td className="number">
                  <ConfirmButton
                    size="compact-xs"
                    question={text.removeQuestion(name, file)}
                    yes={text.remove}
                    onConfirm={() => remove.mutate({ params: { name } })}
                  >
                    {text.remove}
                  </ConfirmButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
