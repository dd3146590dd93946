/** Puts a row of a data set into the prompt, with what is expected of it. */
import { Button, Group, NumberInput, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import { DATASETS } from '../../../src/studio/wire/index.ts';
import { call } from '../../api/call.ts';
import { useAsk } from '../../api/use-ask.ts';
import { CHAT } from '../../i18n/chat.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useStored } from '../../ui/use-stored.ts';

export function RowLoader({
  onLoad,
}: {
  onLoad: (row: { input: string; system?: string | undefined; output: string }) => void;
}) {
  const text = useTexts(CHAT);
  const datasets = useAsk(DATASETS.list).data?.datasets ?? [];
  const [name, setName] = useStored('chat.dataset', '');
  const [row, setRow] = useState(1);
  const [problem, setProblem] = useState<Error>();
  if (datasets.length === 0) return null;
  const load = async () => {
    try {
      const { rows } = await call(DATASETS.rows, { params: { name }, query: { offset: row - 1, limit: 1 } });
      setProblem(undefined);
      if (rows[0]) onLoad(rows[0]);
    } catch (error) {
      setProblem(error as Error);
    }
  };
  return (
    <Stack gap={4}>
      <Select
        label={text.row}
        data={datasets.map((dataset) => dataset.name)}
        value={name || null}
        onChange={(value) => setName(value ?? '')}
      />
      <Group gap="xs">
        <NumberInput
          aria-label={text.rowNumber}
          min={1}
          value={row}
          onChange={(value) => setRow(Math.max(1, Number(value)))}
          style={{ flex: 1 }}
        />
        <Button variant="default" disabled={name === ''} onClick={() => void load()}>
          {text.row}
        </Button>
      </Group>
      {problem && <ErrorState error={problem} />}
    </Stack>
  );
}
