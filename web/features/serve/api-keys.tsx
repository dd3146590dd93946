/** The API keys that servers ask for: made here, shown once, kept as hashes. */
import { ActionIcon, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { SERVERS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SERVE } from '../../i18n/serve.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Answered, ErrorState } from '../../ui/states.tsx';

export function ApiKeys() {
  const text = useTexts(SERVE);
  const list = useAsk(SERVERS.keys);
  const [name, setName] = useState('');
  const add = useDo(SERVERS.addKey);
  const remove = useDo(SERVERS.removeKey);
  const error = add.error ?? remove.error;
  return (
    <section className="panel" aria-label={text.keys}>
      <Title order={2}>{text.keys}</Title>
      <Text size="sm" c="dimmed" mb="xs">
        {text.keysAbout}
      </Text>
      <Answered of={list} rows={1}>
        {({ keys }) => (
          <Stack gap={4} mb="xs">
            {keys.length === 0 && <Text size="sm">{text.noKeys}</Text>}
            {keys.map((key) => (
              <Group key={key} gap="sm">
                <code className="mono">{key}</code>
                <ConfirmButton
                  size="compact-xs"
                  question={text.removeKeyQuestion(key)}
                  yes={text.removeKey}
                  onConfirm={() => remove.mutate({ params: { name: key } })}
                >
                  {text.removeKey}
                </ConfirmButton>
              </Group>
            ))}
          </Stack>
        )}
      </Answered>
      {add.data ? (
        <div className="code" role="status">
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <div style={{ minWidth: 0 }}>
              <Text size="sm" fw={600}>
                {text.shownOnce}
              </Text>
              <span style={{ overflowWrap: 'anywhere' }}>{add.data.key}</span>
            </div>
            <Group gap="xs" wrap="nowrap">
              <CopyButton value={add.data.key} />
              <ActionIcon variant="subtle" color="gray" aria-label={text.hideKey} onClick={() => add.reset()}>
                <IconX size={16} />
              </ActionIcon>
            </Group>
          </Group>
        </div>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate({ body: { name: name.trim() } }, { onSuccess: () => setName('') });
          }}
        >
          <Group gap="sm" align="flex-end">
            <TextInput
              label={text.keyName}
              placeholder={text.keyHint}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              pattern="\w[\w.\-]*"
              maxLength={64}
            />
            <Button type="submit" variant="default" loading={add.isPending} disabled={name.trim() === ''}>
              {text.makeKey}
            </Button>
          </Group>
        </form>
      )}
      {error && <ErrorState error={error} />}
    </section>
  );
}
