/** A command that does the same as the page: to read, and to copy. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';

export function CommandLine({ command }: { command: string }) {
  const text = useTexts(SHELL);
  const clipboard = useClipboard({ timeout: 1500 });
  const label = clipboard.copied ? text.copied : text.command;
  return (
    <div style={{ position: 'relative' }}>
      <pre className="code" style={{ padding: '5px 36px 5px 8px' }} tabIndex={0}>
        {command}
      </pre>
      <Tooltip label={label}>
        <ActionIcon
          variant="default"
          size="sm"
          aria-label={label}
          onClick={() => clipboard.copy(command)}
          style={{ position: 'absolute', top: 5, insetInlineEnd: 6 }}
        >
          {clipboard.copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
