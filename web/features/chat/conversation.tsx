/** A conversation with every model of a server at once: the same messages, an answer each. */
import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Server } from '../../../src/studio/wire/index.ts';
import { CHAT } from '../../i18n/chat.ts';
import { useTexts } from '../../i18n/language.tsx';
import { FormColumns } from '../../ui/form-columns.tsx';
import { useStored } from '../../ui/use-stored.ts';
import {
  type Answer,
  type ChatSettings,
  chatBody,
  curlOf,
  FIRST_SETTINGS,
  type Turn,
} from './chat-request.ts';
import { SettingsFields } from './chat-settings.tsx';
import { RowLoader } from './row-loader.tsx';
import { streamChat } from './stream-chat.ts';
import { TurnView } from './turn-view.tsx';

export function Conversation({ server }: { server: Server }) {
  const text = useTexts(CHAT);
  const id = server.job.id;
  const [turns, setTurns] = useStored<readonly Turn[]>(`chat.turns.${id}`, []);
  const [system, setSystem] = useStored('chat.system', '');
  const [settings, setSettings] = useStored<ChatSettings>('chat.sampling', FIRST_SETTINGS);
  const [typed, setTyped] = useStored('chat.typed', '');
  const [expected, setExpected] = useStored('chat.expected', '');
  const stop = useRef<AbortController>(undefined);
  const [isBusy, setBusy] = useState(false);
  // What was answered so far stays.
  useEffect(() => () => stop.current?.abort(), []);

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
        const seconds = () => (performance.now() - began) / 1000;
        const body = chatBody(name, { system, past, asked }, settings);
        const add = (change: Partial<Answer>) => {
          answers[index] = { ...answers[index]!, ...change };
          show();
        };
        try {
          for await (const piece of streamChat(id, body, stopping.signal)) {
            const before = answers[index]!;
            const isFirst = before.firstSeconds === undefined && piece.text + piece.thought !== '';
            add({
              text: before.text + piece.text,
              thought: before.thought + piece.thought,
              ...(isFirst && { firstSeconds: seconds() }),
              ...(piece.tokens !== undefined && { tokens: piece.tokens, seconds: seconds() }),
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
  const commandFor = (model: string, index: number) => {
    const prompt = { system, past: turns.slice(0, index), asked: turns[index]?.asked ?? '' };
    return curlOf(server, chatBody(model, prompt, settings));
  };
  return (
    <FormColumns columns="minmax(0, 1fr) 260px">
      <Stack gap="md" style={{ minWidth: 0 }}>
        {turns.map((turn, index) => (
          <TurnView
            // biome-ignore lint/suspicious/noArrayIndexKey: turns are only ever added at the end
            key={index}
            turn={turn}
            isBusy={isBusy && index === turns.length - 1}
            commandFor={(model) => commandFor(model, index)}
          />
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
                <Button
                  variant="default"
                  onClick={() => {
                    setTurns([]);
                    setExpected('');
                  }}
                >
                  {text.clear}
                </Button>
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
    </FormColumns>
  );
}
