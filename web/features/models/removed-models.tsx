/** Models that were removed and can still come back. */
import { Button, Group, Text, Title } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { MODELS, type RemovedModel } from '../../../src/studio/wire/index.ts';
import { useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { MODELS_TEXT } from '../../i18n/models.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';

export function RemovedModels({ removed }: { removed: readonly RemovedModel[] }) {
  const text = useTexts(MODELS_TEXT);
  const format = useFormat();
  const restore = useDo(MODELS.restore);
  const purge = useDo(MODELS.purge);
  if (removed.length === 0) return null;
  const error = restore.error ?? purge.error;
  return (
    <section aria-label={text.removed}>
      <Title order={2} mb="xs">
        {text.removed}
      </Title>
      <div className="panel" style={{ padding: '4px 8px' }}>
        {removed.map(({ id, title, sizeBytes, until }) => (
          <Group key={id} justify="space-between" gap="xs" py={4}>
            <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
              {title}{' '}
              <Text span size="xs" c="dimmed">
                {text.removedAbout(format.bytes(sizeBytes), format.date(until))}
              </Text>
            </div>
            <Group gap="xs">
              <Button
                size="compact-xs"
                variant="default"
                leftSection={<IconArrowBackUp size={13} />}
                onClick={() => restore.mutate({ params: { id } })}
              >
                {text.undo}
              </Button>
              <ConfirmButton
                size="compact-xs"
                question={text.purgeQuestion(title, format.bytes(sizeBytes))}
                yes={text.purge}
                onConfirm={() => purge.mutate({ params: { id } })}
              >
                {text.purge}
              </ConfirmButton>
            </Group>
          </Group>
        ))}
      </div>
      {error && <ErrorState error={error} />}
    </section>
  );
}
