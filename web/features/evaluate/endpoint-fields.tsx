/** The fields of a model that answers over HTTP: OpenAI's chat, or any JSON API by saying where its parts lie. */
import {
  Button,
  Group,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
  VisuallyHidden,
} from '@mantine/core';
import { EndpointSchema } from '../../../src/config/index.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { type EndpointDraft, endpointFault } from './evaluate-draft.ts';

interface EndpointFieldsProps {
  readonly endpoint: EndpointDraft;
  /** Held by the page alone, and gone with it. */
  readonly apiKey: string;
  readonly onChange: (change: Partial<EndpointDraft>) => void;
  readonly onKey: (key: string) => void;
  readonly onRemove: () => void;
}

type Key = keyof typeof EndpointSchema.shape;

export function EndpointFields({ endpoint, apiKey, onChange, onKey, onRemove }: EndpointFieldsProps) {
  const text = useTexts(EVALUATE).form;
  const say = useSaid();
  const help = (key: Key) => say(EndpointSchema.shape[key].meta() as { en: string; zh: string });
  const fault = endpoint.url === '' ? undefined : endpointFault(endpoint);
  const number = (value: string | number) => (value === '' ? '' : Number(value));
  return (
    <fieldset className="panel" style={{ margin: 0 }}>
      <VisuallyHidden component="legend">{endpoint.name || text.endpoint}</VisuallyHidden>
      <Stack gap="sm">
        <Group justify="space-between">
          <SegmentedControl
            aria-label={text.endpointKind}
            value={endpoint.kind}
            onChange={(kind) => onChange({ kind: kind === 'json' ? 'json' : 'chat' })}
            data={[
              { value: 'chat', label: text.kinds.chat },
              { value: 'json', label: text.kinds.json },
            ]}
          />
          <Button variant="subtle" color="gray" size="compact-sm" onClick={onRemove}>
            {text.removeEndpoint}
          </Button>
        </Group>
        <Group gap="sm" grow align="flex-start" preventGrowOverflow={false}>
          <TextInput
            label={text.endpointName}
            description={help('name')}
            value={endpoint.name}
            onChange={(event) => onChange({ name: event.currentTarget.value })}
          />
          <TextInput
            label="URL"
            description={help('url')}
            placeholder="http://127.0.0.1:8000/v1"
            value={endpoint.url}
            onChange={(event) => onChange({ url: event.currentTarget.value })}
          />
        </Group>
        {endpoint.kind === 'chat' ? (
          <TextInput
            label={text.endpointModel}
            description={help('model')}
            value={endpoint.model}
            onChange={(event) => onChange({ model: event.currentTarget.value })}
          />
        ) : (
          <>
            <Textarea
              label={text.endpointBody}
              description={help('body')}
              classNames={{ input: 'mono' }}
              autosize
              minRows={2}
              value={endpoint.body}
              onChange={(event) => onChange({ body: event.currentTarget.value })}
            />
            <Group gap="sm" grow align="flex-start">
              <TextInput
                label={text.answerPath}
                description={help('answer_path')}
                value={endpoint.answerPath}
                onChange={(event) => onChange({ answerPath: event.currentTarget.value })}
              />
              <TextInput
                label={text.probabilityPath}
                description={help('probability_path')}
                value={endpoint.probabilityPath}
                onChange={(event) => onChange({ probabilityPath: event.currentTarget.value })}
              />
            </Group>
          </>
        )}
        <PasswordInput
          label={text.apiKey}
          description={text.apiKeyHelp}
          autoComplete="off"
          value={apiKey}
          onChange={(event) => onKey(event.currentTarget.value)}
        />
        <details>
          <summary>{text.more}</summary>
          <Stack gap="sm" mt="xs">
            <Textarea
              label={text.headers}
              description={text.headersHelp}
              classNames={{ input: 'mono' }}
              autosize
              value={endpoint.headers}
              onChange={(event) => onChange({ headers: event.currentTarget.value })}
            />
            <Group gap="sm" grow align="flex-start">
              <NumberInput
                label={text.concurrency}
                description={help('concurrency')}
                min={1}
                max={256}
                value={endpoint.concurrency}
                onChange={(value) => onChange({ concurrency: number(value) })}
              />
              <NumberInput
                label={text.timeout}
                description={help('timeout_seconds')}
                min={1}
                max={3600}
                value={endpoint.timeoutSeconds}
                onChange={(value) => onChange({ timeoutSeconds: number(value) })}
              />
            </Group>
          </Stack>
        </details>
        {fault && (
          <Text size="sm" role="alert" style={{ color: 'var(--ts-bad)', whiteSpace: 'pre-wrap' }}>
            {fault}
          </Text>
        )}
      </Stack>
    </fieldset>
  );
}
