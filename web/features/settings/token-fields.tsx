/** Tokens of hubs: taken, never shown again. */
import { Button, Group, PasswordInput, SimpleGrid } from '@mantine/core';
import { useState } from 'react';
import { SETTINGS } from '../../../src/studio/wire/index.ts';
import { useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SETTINGS_TEXT } from '../../i18n/settings.ts';
import { ErrorState } from '../../ui/states.tsx';

export function TokenFields({ tokens }: { tokens: { readonly hf: boolean; readonly ms: boolean } }) {
  const text = useTexts(SETTINGS_TEXT);
  return (
    <div className="panel">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <TokenField hub="hf" label={text.hfToken} isThere={tokens.hf} />
        <TokenField hub="ms" label={text.msToken} isThere={tokens.ms} />
      </SimpleGrid>
    </div>
  );
}

function TokenField({ hub, label, isThere }: { hub: 'hf' | 'ms'; label: string; isThere: boolean }) {
  const text = useTexts(SETTINGS_TEXT);
  const [typed, setTyped] = useState('');
  const keep = useDo(SETTINGS.token);
  const send = (token: string) => keep.mutate({ body: { hub, token } }, { onSuccess: () => setTyped('') });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send(typed);
      }}
    >
      <PasswordInput
        size="xs"
        label={label}
        description={isThere ? text.hasToken : text.noToken}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': text.show }}
      />
      <Group gap="xs" mt={6}>
        <Button type="submit" variant="default" loading={keep.isPending} disabled={typed.trim() === ''}>
          {text.keepToken}
        </Button>
        {isThere && (
          <Button variant="subtle" onClick={() => send('')}>
            {text.forgetToken}
          </Button>
        )}
      </Group>
      {keep.error && <ErrorState error={keep.error} />}
    </form>
  );
}
