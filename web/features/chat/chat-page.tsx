/** Chat: loading a model, the prompt, and the answers of base and tuned side by side. */
import { Button, Group, Select, Text } from '@mantine/core';
import { JOBS, SERVERS, type Server } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { CHAT } from '../../i18n/chat.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ModelPicker, type PickedModel } from '../../ui/model-picker.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProgressLine } from '../../ui/progress-line.tsx';
import { Answered, EmptyState, ErrorState } from '../../ui/states.tsx';
import { TemplateInput, useTemplate } from '../../ui/template-input.tsx';
import { useStored } from '../../ui/use-stored.ts';
import { Conversation } from './conversation.tsx';

export function ChatPage() {
  const text = useTexts(CHAT);
  const list = useAsk(SERVERS.list);
  const [chosen, choose] = useStored('chat.server', '');
  const stop = useDo(JOBS.stop);
  const open = (list.data?.servers ?? []).filter(({ job }) => job.state === 'running');
  const server = open.find(({ job }) => job.id === chosen) ?? open[0];
  return (
    <>
      <PageHead
        title={text.title}
        about={text.about}
        actions={
          server && (
            <>
              <Select
                aria-label={text.server}
                data={open.map(({ job }) => ({ value: job.id, label: job.title }))}
                value={server.job.id}
                onChange={(id) => choose(id ?? '')}
                allowDeselect={false}
              />
              <Button
                variant="default"
                onClick={() => stop.mutate({ params: { id: server.job.id }, body: { atOnce: true } })}
              >
                {text.unload}
              </Button>
            </>
          )
        }
      />
      <Answered of={list}>
        {() => (server ? <Loaded server={server} /> : <LoadForm onStart={choose} />)}
      </Answered>
    </>
  );
}

function Loaded({ server }: { server: Server }) {
  const text = useTexts(CHAT);
  if (server.isReady) return <Conversation key={server.job.id} server={server} />;
  return (
    <div className="panel">
      <Text mb="xs">{text.loading}</Text>
      {server.job.progress && <ProgressLine progress={server.job.progress} />}
    </div>
  );
}

function LoadForm({ onStart }: { onStart: (id: string) => void }) {
  const text = useTexts(CHAT);
  const [picked, setPicked] = useStored<PickedModel>('chat.picked', { model: '', adapters: [] });
  const { template, input } = useTemplate('chat.template', picked);
  const start = useDo(SERVERS.start);
  return (
    <EmptyState
      title={text.empty}
      actions={
        <Group gap="sm" align="flex-end" justify="center">
          <ModelPicker
            value={picked}
            onChange={setPicked}
            labels={{ model: text.model, adapters: text.adapter }}
          />
          <TemplateInput {...input} />
          <Button
            loading={start.isPending}
            disabled={picked.model === ''}
            onClick={() =>
              start.mutate(
                {
                  body: {
                    model: picked.model,
                    adapters: [...picked.adapters],
                    settings: template ? { template } : {},
                  },
                },
                { onSuccess: ({ job }) => onStart(job.id) },
              )
            }
          >
            {text.load}
          </Button>
          {start.error && <ErrorState error={start.error} />}
        </Group>
      }
    >
      {text.emptyAbout}
    </EmptyState>
  );
}
