/** Data sets that were deleted, and the way back. It is the studio that remembers them, not this page. */
import { Alert, Button, Group, Text } from '@mantine/core';
import { DATASETS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SHELL } from '../../i18n/shell.ts';
import { ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';

const SHOWN = 5;

export function BinList() {
  const text = useTexts(DATA);
  const shell = useTexts(SHELL);
  const format = useFormat();
  const bin = useAsk(DATASETS.bin);
  const restore = useDo(DATASETS.restore);
  const binned = bin.data?.binned ?? [];
  if (binned.length === 0) return null;
  return (
    <Alert p="xs" mt="md" color="gray" title={text.bin}>
      {binned.slice(0, SHOWN).map(({ id, name, removed }) => (
        <Group key={id} gap="xs" py={2}>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {name}, {format.date(removed)}
          </Text>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`${shell.undo}: ${name}`}
            onClick={() => restore.mutate({ params: { id } })}
          >
            {shell.undo}
          </Button>
        </Group>
      ))}
      {restore.error && <ErrorState error={restore.error} />}
    </Alert>
  );
}
