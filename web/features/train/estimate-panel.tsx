/** What the training would take, before it is started. */
import { Alert, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { RUNS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { TRAIN } from '../../i18n/train.ts';
import { Figures } from '../../ui/figures.tsx';
import { useFormat } from '../../ui/use-format.ts';

/** Reading rows takes seconds; typing should not ask for it at each key. */
const WAIT_MS = 900;

export function EstimatePanel({
  settings,
  isSound,
}: {
  settings: Readonly<Record<string, unknown>>;
  isSound: boolean;
}) {
  const text = useTexts(TRAIN).form;
  const said = useSaid();
  const format = useFormat();
  const [asked] = useDebouncedValue(JSON.stringify(settings), WAIT_MS);
  const body = { settings: JSON.parse(asked) as Record<string, unknown> };
  const estimate = useAsk(RUNS.estimate, { body }, { enabled: isSound, keep: true });
  const { data, error } = estimate;
  const isTooMuch = data?.memoryBytes !== undefined && data.memoryBytes > data.availableBytes;
  return (
    <section className="panel" aria-live="polite">
      <Title order={2} mb="xs">
        {text.estimate}
      </Title>
      {!isSound && !data && (
        <Text size="sm" c="dimmed">
          {text.estimateHint}
        </Text>
      )}
      {isSound && estimate.isFetching && !data && (
        <Text size="sm" c="dimmed">
          {text.estimating}
        </Text>
      )}
      {error && (
        <Text size="sm" c="red" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
          {said(error)}
        </Text>
      )}
      {data && !error && (
        <>
          <Figures
            of={[
              [text.rows, format.count(data.rows)],
              [text.steps, format.count(data.steps)],
              [text.tokens, format.count(data.tokens)],
              [text.longest, format.count(data.longestRow)],
              [text.cut, format.count(data.cutRows)],
              [text.memory, data.memoryBytes === undefined ? '–' : format.bytes(data.memoryBytes)],
              [text.free, format.bytes(data.availableBytes)],
              [text.time, data.seconds === undefined ? '–' : format.duration(data.seconds)],
            ]}
          />
          <Text size="xs" c="dimmed" mt="xs">
            {data.seconds === undefined && `${text.time}: ${text.timeUnknown}. `}
            {data.weightBytes !== undefined &&
              text.memoryParts(
                format.bytes(data.weightBytes),
                format.bytes(data.adapterBytes ?? 0),
                format.bytes(data.activationBytes ?? 0),
              )}
          </Text>
          {isTooMuch && (
            <Alert color="red" mt="xs" p="xs">
              {text.tooMuch}
            </Alert>
          )}
        </>
      )}
    </section>
  );
}
