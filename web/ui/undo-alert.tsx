/** Says what was taken away, and brings it back. */
import { Alert, Button, Group } from '@mantine/core';
import { useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';

interface UndoAlertProps {
  readonly children: string;
  readonly onUndo: () => void;
  readonly onClose: () => void;
}

export function UndoAlert({ children, onUndo, onClose }: UndoAlertProps) {
  const text = useTexts(SHELL);
  return (
    <Alert
      mb="sm"
      p="xs"
      role="status"
      withCloseButton
      closeButtonLabel={text.close}
      onClose={onClose}
      style={{ overflowWrap: 'anywhere' }}
    >
      <Group gap="xs">
        {children}
        <Button size="compact-xs" variant="default" onClick={onUndo}>
          {text.undo}
        </Button>
      </Group>
    </Alert>
  );
}
