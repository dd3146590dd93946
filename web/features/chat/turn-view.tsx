/** One turn: what was asked, and the answers side by side, thoughts folded. */
import { Button, Collapse, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { CHAT } from '../../i18n/chat.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import type { Answer, Turn } from './chat-request.ts';

interface TurnViewProps {
  readonly turn: Turn;
  /** Its answers are on their way. */
  readonly isBusy: boolean;
  /** The command that asks a model the same. */
  readonly commandFor: (model: string) => string;
}

export function TurnView({ turn, isBusy, commandFor }: TurnViewProps) {
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
          gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 240px), 1fr))',
          gap: 8,
        }}
      >
        {turn.answers.map((answer) => (
          <AnswerView
            key={answer.model}
            answer={answer}
            isBusy={isBusy}
            command={() => commandFor(answer.model)}
          />
        ))}
      </div>
    </Stack>
  );
}

interface AnswerViewProps {
  readonly answer: Answer;
  readonly isBusy: boolean;
  readonly command: () => string;
}

function AnswerView({ answer, isBusy, command }: AnswerViewProps) {
  const text = useTexts(CHAT);
  const format = useFormat();
  const [isOpen, setOpen] = useState(false);
  const { model, thought, tokens, seconds, firstSeconds, error } = answer;
  const isDone = tokens !== undefined && seconds !== undefined;
  return (
    <section className="panel" aria-label={model} aria-live="polite" aria-busy={isBusy && !isDone}>
      <Group justify="space-between" gap="xs">
        <Text size="xs" fw={600} style={{ overflowWrap: 'anywhere' }}>
          {model}
        </Text>
        {isDone && (
          <Text size="xs" c="dimmed" style={{ fontVariantNumeric: 'tabular-nums' }}>
            {text.speed(
              format.count(tokens),
              format.figure(tokens / seconds, 1),
              format.figure(1000 * (firstSeconds ?? seconds), 0),
            )}
          </Text>
        )}
        {!isDone && !isBusy && !error && (
          <Text size="xs" c="dimmed">
            {text.stopped}
          </Text>
        )}
      </Group>
      {thought && (
        <>
          <Button variant="subtle" size="compact-xs" onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
            {isOpen ? text.hideThought : text.thought}
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
      {!isBusy && (
        <Group mt="xs">
          <CopyButton label={text.curl} value={command()} />
        </Group>
      )}
    </section>
  );
}
