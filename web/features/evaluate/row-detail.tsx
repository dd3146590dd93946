/** A judged row in full, and the way to say that its label is wrong. The data set itself is not changed. */
import { Button, Group, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { EVALUATIONS, type EvaluationDetail, type JudgedRow } from '../../../src/studio/wire/index.ts';
import { useDo } from '../../api/use-ask.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';

export function RowDetail({ row, evaluation }: { row: JudgedRow; evaluation: EvaluationDetail }) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  return (
    <section className="panel" style={{ marginBottom: 8 }} aria-label={`${text.rowDetail} ${row.row}`}>
      <Text size="xs" c="dimmed">
        {text.rowDetail} {format.count(row.row)}
      </Text>
      <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{row.input}</Text>
      <Text size="sm" mt="xs">
        {text.truth}: {row.truth} · {text.prediction}: {row.prediction ?? text.none}
        {row.probability !== undefined && format.note(format.percent(row.probability))}
      </Text>
      {row.answer !== undefined && (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {text.answer}: {row.answer}
        </Text>
      )}
      <Correct row={row} evaluation={evaluation} />
    </section>
  );
}

/** The choice of "nobody knows", which is no label. */
const UNKNOWN = '\u0000';

function Correct({ row, evaluation }: { row: JudgedRow; evaluation: EvaluationDetail }) {
  const text = useTexts(EVALUATE).corrections;
  const { id, labels, corrections } = evaluation;
  const correct = useDo(EVALUATIONS.correct);
  const present = corrections.find((one) => one.file === row.file && one.row === row.row);
  const [chosen, setChosen] = useState<string | null>(
    row.prediction && row.prediction !== row.truth ? row.prediction : UNKNOWN,
  );
  const send = (corrected: string | null, isTakenBack: boolean) =>
    correct.mutate({
      params: { id },
      body: { file: row.file, row: row.row, corrected, isTakenBack },
    });
  return (
    <>
      <Group gap="xs" mt="sm" align="flex-end">
        {present ? (
          <>
            <Text size="sm">
              {present.corrected === null ? text.takenOut : text.marked(present.corrected)}
            </Text>
            <Button variant="default" loading={correct.isPending} onClick={() => send(null, true)}>
              {text.takeBack}
            </Button>
          </>
        ) : (
          <>
            <Select
              label={text.right}
              data={[
                ...labels.filter((label) => label !== row.truth).map((label) => ({ value: label, label })),
                { value: UNKNOWN, label: text.unknown },
              ]}
              value={chosen}
              onChange={setChosen}
              allowDeselect={false}
              searchable
            />
            <Button
              variant="default"
              loading={correct.isPending}
              onClick={() => send(chosen === UNKNOWN ? null : chosen, false)}
            >
              {text.mark}
            </Button>
          </>
        )}
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {text.kept}
      </Text>
      {correct.error && <ErrorState error={correct.error} />}
    </>
  );
}
