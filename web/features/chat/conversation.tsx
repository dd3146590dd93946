/** A conversation with every model of a server at once: the same messages, an answer each. */
import { Button, Collapse, Group, NumberInput, Select, Stack, Switch, Text, Textarea } from '@mantine/core';
import { useRef, useState } from 'react';
import { type ChatMessage, DATASETS, type Server } from '../../../src/studio/wire/index.ts';
import { call } from '../../api/call.ts';
import { useAsk } from '../../api/use-ask.ts';
import { CHAT } from '../../i18n/chat.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';
import { type ChatSettings, chatBody, streamChat } from './stream-chat.ts';

interface Answer {
  readonly model: string;
  readonly text: string;
  readonly thought: string;
  readonly tokens?: number;
  readonly seconds?: number;
  readonly error?: Error;
}

interface Turn {
  readonly asked: string;
  readonly answers: readonly Answer[];
}

const FIRST: ChatSettings = { temperature: 0, topP: 1, maxTokens: 256, thinking: false };

export function Conversation({ server }: { server: Server }) {
  const text = useTexts(CHAT);
  const id = server.job.id;
  const [turns, setTurns] = useStored<readonly Turn[]>(`chat.turns.${id}`, []);
  const [system, setSystem] = useStored('chat.system', '');
  const [settings, setSettings] = useStored<ChatSettings>('chat.settings', FIRST);
  const [typed, setTyped] = useStored('chat.typed', '');
  const [expected, setExpected] = useState('');
  const stop = useRef<AbortController>(undefined);
  const [isBusy, setBusy] = useState(false);

  const send = async (asked: string, past: readonly Turn[]) => {
    const stopping = new AbortController();
    stop.current = stopping;
    setBusy(true);
    const answers: Answer[] = server.models.map(({ name }) => ({ model: name, text: '', thought: '' }));
    const show = () => setTurns([...past, { asked, answers: [...answers] }]);
    show();
    await Promise.all(
      server.models.map(async ({ name }, index) => {
        const began = performance.now();
        const body = chatBody(name, messagesFor(name, { system, past, asked }), settings);
        const add = (change: Partial<Answer>) => {
          answers[index] = { ...answers[index]!, ...change };
          show();
        };
        try {
          const pieces = streamChat(id, body, { thinking: settings.thinking, signal: stopping.signal });
          for await (const { text: piece, thought, tokens } of pieces) {
            const before = answers[index]!;
            add({
              text: before.text + piece,
              thought: before.thought + thought,
              ...(tokens !== undefined && { tokens, seconds: (performance.now() - began) / 1000 }),
            });
          }
        } catch (error) {
          if (!stopping.signal.aborted) add({ error: error as Error });
        }
      }),
    );
    setBusy(false);
  };
  const ask = () => {
    if (typed.trim() === '' || isBusy) return;
    setTyped('');
    void send(typed, turns);
  };
  return (
    <div
      style={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) 260px', gap: 24 }}
      className="form-grid"
    >
      <Stack gap="md" style={{ minWidth: 0 }}>
        {turns.map((turn, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: turns are only ever added at the end
          <TurnView key={index} turn={turn} />
        ))}
        {expected && (
          <Text size="sm" c="dimmed">
            {text.expected(expected)}
          </Text>
        )}
        <div>
          <Textarea
            aria-label={text.prompt}
            placeholder={text.promptHint}
            autosize
            minRows={2}
            maxRows={10}
            size="sm"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              ask();
            }}
          />
          <Group gap="xs" mt="xs">
            {isBusy ? (
              <Button onClick={() => stop.current?.abort()}>{text.stop}</Button>
            ) : (
              <Button onClick={ask} disabled={typed.trim() === ''}>
                {text.send}
              </Button>
            )}
            {turns.length > 0 && !isBusy && (
              <>
                <Button variant="default" onClick={() => void send(turns.at(-1)!.asked, turns.slice(0, -1))}>
                  {text.retry}
                </Button>
                <Button variant="default" onClick={() => setTurns([])}>
                  {text.clear}
                </Button>
                <CopyButton label={text.curl} value={curlOf(server, { system, turns, settings })} />
              </>
            )}
          </Group>
        </div>
      </Stack>
      <Stack gap="sm">
        <Textarea
          label={text.system}
          autosize
          minRows={3}
          maxRows={10}
          value={system}
          onChange={(event) => setSystem(event.currentTarget.value)}
        />
        <SettingsFields settings={settings} onChange={setSettings} />
        <RowLoader
          onLoad={(row) => {
            setTyped(row.input);
            setSystem(row.system ?? '');
            setExpected(row.output);
          }}
        />
      </Stack>
    </div>
  );
}

function TurnView({ turn }: { turn: Turn }) {
  const text = useTexts(CHAT);
  return (
    <Stack gap="xs">
      <div className="panel" style={{ background: 'var(--ts-sunk)' }}>
        <Text size="xs" c="dimmed">
          {text.you}
        </Text>
        <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{turn.asked}</Text>
      </div>
      <div
        style={{
          display: 'grid',
          gridTemplateColumns: `repeat(${Math.min(3, turn.answers.length)}, minmax(0, 1fr))`,
          gap: 8,
        }}
      >
        {turn.answers.map((answer) => (
          <AnswerView key={answer.model} answer={answer} />
        ))}
      </div>
    </Stack>
  );
}

function AnswerView({ answer }: { answer: Answer }) {
  const text = useTexts(CHAT);
  const format = useFormat();
  const [isOpen, setOpen] = useState(false);
  const { model, thought, tokens, seconds, error } = answer;
  return (
    <section className="panel" aria-label={model} aria-live="polite">
      <Group justify="space-between" gap="xs">
        <Text size="xs" fw={600}>
          {model}
        </Text>
        {tokens !== undefined && seconds !== undefined && (
          <Text size="xs" c="dimmed" style={{ fontVariantNumeric: 'tabular-nums' }}>
            {text.speed(format.count(tokens), format.figure(tokens / seconds, 1))}
          </Text>
        )}
      </Group>
      {thought && (
        <>
          <Button variant="subtle" size="compact-xs" onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
            {text.thought}
          </Button>
          <Collapse expanded={isOpen}>
            <Text size="sm" c="dimmed" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {thought}
            </Text>
          </Collapse>
        </>
      )}
      <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{answer.text}</Text>
      {error && <ErrorState error={error} />}
    </section>
  );
}

function SettingsFields({
  settings,
  onChange,
}: {
  settings: ChatSettings;
  onChange: (settings: ChatSettings) => void;
}) {
  const text = useTexts(CHAT);
  const number = (
    key: 'temperature' | 'topP' | 'maxTokens',
    bounds: { min: number; max: number; step: number },
  ) => (
    <NumberInput
      label={text[key]}
      {...bounds}
      value={settings[key]}
      onChange={(value) => value !== '' && onChange({ ...settings, [key]: Number(value) })}
    />
  );
  return (
    <>
      <div title={text.temperatureHelp}>{number('temperature', { min: 0, max: 2, step: 0.1 })}</div>
      {number('topP', { min: 0.05, max: 1, step: 0.05 })}
      {number('maxTokens', { min: 1, max: 8192, step: 64 })}
      <Switch
        label={text.thinking}
        checked={settings.thinking}
        onChange={(event) => onChange({ ...settings, thinking: event.currentTarget.checked })}
      />
    </>
  );
}

/** Puts a row of a data set into the prompt, with what is expected of it. */
function RowLoader({
  onLoad,
}: {
  onLoad: (row: { input: string; system?: string | undefined; output: string }) => void;
}) {
  const text = useTexts(CHAT);
  const datasets = useAsk(DATASETS.list).data?.datasets ?? [];
  const [name, setName] = useStored('chat.dataset', '');
  const [row, setRow] = useState(1);
  const [problem, setProblem] = useState<Error>();
  if (datasets.length === 0) return null;
  const load = async () => {
    try {
      const { rows } = await call(DATASETS.rows, { params: { name }, query: { offset: row - 1, limit: 1 } });
      setProblem(undefined);
      if (rows[0]) onLoad(rows[0]);
    } catch (error) {
      setProblem(error as Error);
    }
  };
  return (
    <Stack gap={4}>
      <Select
        label={text.row}
        data={datasets.map((dataset) => dataset.name)}
        value={name || null}
        onChange={(value) => setName(value ?? '')}
      />
      <Group gap="xs">
        <NumberInput
          aria-label={text.rowNumber}
          min={1}
          value={row}
          onChange={(value) => setRow(Math.max(1, Number(value)))}
          style={{ flex: 1 }}
        />
        <Button variant="default" disabled={name === ''} onClick={() => void load()}>
          {text.row}
        </Button>
      </Group>
      {problem && <ErrorState error={problem} />}
    </Stack>
  );
}

/** A model hears its own answers, not those of the others. */
function messagesFor(
  model: string,
  { system, past, asked }: { system: string; past: readonly Turn[]; asked: string },
): ChatMessage[] {
  const turns = past.flatMap((turn): ChatMessage[] => [
    { role: 'user', content: turn.asked },
    { role: 'assistant', content: turn.answers.find((answer) => answer.model === model)?.text ?? '' },
  ]);
  return [
    ...(system.trim() === '' ? [] : [{ role: 'system' as const, content: system }]),
    ...turns,
    { role: 'user', content: asked },
  ];
}

function curlOf(
  { job, models }: Server,
  { system, turns, settings }: { system: string; turns: readonly Turn[]; settings: ChatSettings },
): string {
  const { name } = models[0]!;
  const messages = messagesFor(name, { system, past: turns.slice(0, -1), asked: turns.at(-1)?.asked ?? '' });
  const body = JSON.stringify(chatBody(name, messages, settings)).replaceAll("'", `'\\''`);
  return `curl ${job.url}/v1/chat/completions -H 'content-type: application/json' -d '${body}'`;
}
