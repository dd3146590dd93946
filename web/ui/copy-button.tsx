/** Copies a text, and says so. */
import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';

export function CopyButton({ value, label }: { value: string; label?: string }) {
  const text = useTexts(SHELL);
  const clipboard = useClipboard({ timeout: 1500 });
  return (
    <Button
      variant="default"
      leftSection={clipboard.copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      onClick={() => clipboard.copy(value)}
    >
      {clipboard.copied ? text.copied : (label ?? text.copy)}
    </Button>
  );
}
