/** The rows of a model: what was asked, what is true, what it said and how sure it was. */
import { Badge, Button, Group, SegmentedControl, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import {
  EVALUATIONS,
  type EvaluationDetail,
  type JudgedRow,
  type ModelReport,
} from '../../../src/studio/wire/index.ts';
import { call } from '../../api/call.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { RowDetail } from './row-detail.tsx';

/** Of the confusion matrix; the prediction is empty for answers that are no label. */
export interface Cell {
  readonly truth: string;
  readonly prediction: string;
}

interface JudgedRowsProps {
  readonly evaluation: EvaluationDetail;
  readonly model: ModelReport;
  readonly cell: Cell | undefined;
  readonly clear: () => void;
}

export function JudgedRows({ evaluation, model, cell, clear }: JudgedRowsProps) {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  const [only, setOnly] = useState<'all' | 'wrong' | 'corrected'>('wrong');
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, 250);
  const [open, setOpen] = useState<JudgedRow>();
  const query = {
    model: model.model,
    judgedBy: model.judgedBy,
    search,
    ...(cell ?? { only }),
  };
  return (
    <section aria-label={text.rows}>
      <Group gap="sm" mb="xs">
        <Title order={2}>{text.rows}</Title>
        {cell ? (
          <Badge
            variant="light"
            tt="none"
            rightSection={
              <Button size="compact-xs" variant="transparent" onClick={clear} aria-label={text.allRows}>
                ×
              </Button>
            }
          >
            {text.truth} {cell.truth} · {text.prediction} {cell.prediction || text.none}
          </Badge>
        ) : (
          <SegmentedControl
            aria-label={text.rows}
            value={only}
            onChange={(value) => setOnly(value as typeof only)}
            data={[
              { value: 'wrong', label: text.onlyWrong },
              { value: 'all', label: text.allRows },
              { value: 'corrected', label: text.corrections.only },
            ]}
          />
        )}
        <TextInput
          data-search
          type="search"
          placeholder={text.search}
          aria-label={text.search}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </Group>
      {open && <RowDetail key={`${open.file} ${open.row}`} row={open} evaluation={evaluation} />}
      <VirtualTable<JudgedRow>
        label={text.rows}
        queryKey={[EVALUATIONS.rows.path, evaluation.id, query]}
        fetchWindow={(offset, limit, signal) =>
          call(EVALUATIONS.rows, {
            params: { id: evaluation.id },
            query: { ...query, offset, limit },
            signal,
          })
        }
        keyOf={(row) => row.row}
        empty={text.noRows}
        isChosen={(row) => row.row === open?.row && row.file === open.file}
        onChoose={setOpen}
        columns={[
          { title: text.row, width: '64px', isNumber: true, cell: (row) => format.count(row.row) },
          {
            title: text.input,
            width: 'minmax(0, 3fr)',
            cell: (row) => (
              <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                {row.input}
              </Text>
            ),
          },
          { title: text.truth, width: 'minmax(80px, 1fr)', cell: (row) => <Label row={row} /> },
          {
            title: text.prediction,
            width: 'minmax(80px, 1fr)',
            cell: (row) => (
              <span style={{ color: row.prediction === row.truth ? 'var(--ts-good)' : 'var(--ts-bad)' }}>
                {row.prediction === row.truth ? '✓' : '✗'} {row.prediction ?? (row.answer || text.none)}
              </span>
            ),
          },
          {
            title: text.probability,
            width: '92px',
            isNumber: true,
            cell: (row) => (row.probability === undefined ? '–' : format.percent(row.probability)),
          },
        ]}
      />
    </section>
  );
}

/** The label of the data set, struck out where it was marked as wrong. */
function Label({ row: { truth, corrected } }: { row: JudgedRow }) {
  const text = useTexts(EVALUATE).corrections;
  if (corrected === undefined) return truth;
  return (
    <>
      <s>{truth}</s> {corrected ?? text.unknown}
    </>
  );
}
