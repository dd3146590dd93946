/** The words of a report as a form, made from their schema. What is typed survives a reload until it is saved. */
import { Button, Group, Select, Stack, Text, Textarea, Title } from '@mantine/core';
import { ReportWordsSchema, type ReportWords as Words } from '../../../src/config/index.ts';
import { EXPERIMENTS, type Experiment } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { REPORT } from '../../i18n/report.ts';
import { Answered, ErrorState } from '../../ui/states.tsx';
import { useStored } from '../../ui/use-stored.ts';

const TEXTS = ['question', 'summary', 'answers', 'load', 'next'] as const;

interface ReportWordsProps {
  readonly experiment: Pick<Experiment, 'id' | 'question'>;
  readonly onClose: () => void;
}

export function ReportWords(props: ReportWordsProps) {
  const { id } = props.experiment;
  const words = useAsk(EXPERIMENTS.words, { params: { id } });
  return <Answered of={words}>{(saved) => <WordsForm {...props} saved={saved} />}</Answered>;
}

function WordsForm({ experiment, saved, onClose }: ReportWordsProps & { saved: Words }) {
  const { id, question = '' } = experiment;
  const text = useTexts(REPORT).words;
  const say = useSaid();
  const label = (key: keyof Words) =>
    say(ReportWordsSchema.shape[key].meta() as { readonly en: string; readonly zh: string });
  const [typed, setTyped] = useStored<Words | null>(`report.${id}`, null);
  const edit = useDo(EXPERIMENTS.edit);
  const shown = typed ?? saved;
  const set = (key: keyof Words, value: string) => {
    const { [key]: _, ...others } = shown;
    setTyped(value === '' ? others : ({ ...others, [key]: value } as Words));
  };
  return (
    <form
      className="panel no-print"
      style={{ marginBottom: 16 }}
      aria-label={text.title}
      onSubmit={(event) => {
        event.preventDefault();
        edit.mutate(
          { params: { id }, body: shown },
          {
            onSuccess: () => {
              setTyped(null);
              onClose();
            },
          },
        );
      }}
    >
      <Stack gap="sm">
        <div>
          <Title order={2}>{text.title}</Title>
          <Text size="sm" c="dimmed">
            {text.about}
          </Text>
        </div>
        {TEXTS.map((key) => (
          <Textarea
            key={key}
            label={label(key)}
            autosize
            minRows={key === 'question' ? 1 : 2}
            maxRows={12}
            // As the experiment file has it, where nothing else is written.
            placeholder={key === 'question' ? question : ''}
            value={shown[key] ?? ''}
            onChange={(event) => set(key, event.currentTarget.value)}
          />
        ))}
        <Select
          label={label('language')}
          w={200}
          placeholder={text.usual}
          clearable
          data={[
            { value: 'en', label: 'English' },
            { value: 'zh', label: '中文' },
          ]}
          value={shown.language ?? null}
          onChange={(language) => set('language', language ?? '')}
        />
        {edit.error && <ErrorState error={edit.error} />}
        <Group gap="xs">
          <Button type="submit" loading={edit.isPending}>
            {text.save}
          </Button>
          {typed && (
            <Button variant="default" onClick={() => setTyped(null)}>
              {text.discard}
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            {text.close}
          </Button>
          {typed && (
            <Text size="sm" c="dimmed">
              {text.unsaved}
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}
