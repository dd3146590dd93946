/** A button for what cannot be taken back: asks, and names what goes. */
import { Button, type ButtonProps, Group, Modal, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';

interface ConfirmButtonProps extends ButtonProps {
  readonly question: string;
  readonly yes: string;
  readonly onConfirm: () => void;
  readonly children: ReactNode;
}

export function ConfirmButton({ question, yes, onConfirm, children, ...button }: ConfirmButtonProps) {
  const text = useTexts(SHELL);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" {...button} onClick={() => setOpen(true)}>
        {children}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={yes}
        closeButtonProps={{ 'aria-label': text.close }}
      >
        <Text mb="md" style={{ overflowWrap: 'anywhere' }}>
          {question}
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => setOpen(false)}>
            {text.cancel}
          </Button>
          <Button
            color="red"
            onClick={() => {
              setOpen(false);
              onConfirm();
            }}
          >
            {yes}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
