/** alpaca: a row is one question (instruction and input), its answer (output), and perhaps turns before it. */
import type { Message } from '../../text/index.ts';
import type { DatasetEntry } from '../dataset-info.ts';
import { describeValue, type RowValues, textIn, toolsIn, UnusableRow } from '../row-values.ts';
import { type ConvertedRow, ktoResponse } from './converter.ts';

export function convertAlpaca(values: RowValues, entry: DatasetEntry): ConvertedRow {
  const { columns } = entry;
  const question = [textIn(values, columns.prompt), textIn(values, columns.query)].filter(
    (part) => part !== '',
  );
  return {
    prompt: [...historyIn(values, columns.history), { role: 'user', content: question.join('\n') }],
    response: responseIn(values, entry),
    system: textIn(values, columns.system),
    tools: toolsIn(values, columns.tools),
  };
}

function historyIn(values: RowValues, column: string | undefined): Message[] {
  const history = (column !== undefined && values[column]) || [];
  if (!Array.isArray(history)) {
    const { en, zh } = describeValue(history);
    throw new UnusableRow({
      en: `"${column}" is ${en}, not a list of pairs`,
      zh: `"${column}" 是${zh}，不是成对的列表`,
    });
  }
  return history.flatMap((pair: unknown, index) => {
    if (!Array.isArray(pair) || pair.length !== 2 || pair.some((part) => typeof part !== 'string')) {
      throw new UnusableRow({
        en: `"${column}" entry ${index + 1} is not a pair of texts`,
        zh: `"${column}" 第 ${index + 1} 项不是一对文本`,
      });
    }
    const [user, assistant] = pair as [string, string];
    return [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ] satisfies Message[];
  });
}

function responseIn(values: RowValues, { columns, ranking }: DatasetEntry): Message[] {
  const answer = (column: string | undefined): Message => ({
    role: 'assistant',
    content: textIn(values, column),
  });
  const holds = (column: string | undefined) =>
    column !== undefined && (values[column] ?? undefined) !== undefined;
  const wanted = columns.kto_tag === undefined ? undefined : values[columns.kto_tag];
  if (typeof wanted === 'boolean') return ktoResponse(answer(columns.response), wanted);
  if (ranking && holds(columns.chosen) && holds(columns.rejected)) {
    return [answer(columns.chosen), answer(columns.rejected)];
  }
  return holds(columns.response) ? [answer(columns.response)] : [];
}
