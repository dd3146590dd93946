/** Samples as the page shows them: a row, and what their answers tell of classes. */
import type { Sample } from '../data/index.ts';
import type { DataRow } from './wire/index.ts';

const CLASSES_SHOWN = 100;

export function rowOf({ conversation, origin }: Sample): DataRow {
  const { messages, system } = conversation;
  const answer = messages.at(-1)!;
  const asked = messages.slice(0, -1);
  return {
    row: origin.row,
    file: origin.file,
    ...(system !== undefined && { system }),
    input:
      asked.length === 1
        ? asked[0]!.content
        : asked.map(({ role, content }) => `${role}: ${content}`).join('\n'),
    output: answer.content,
    turns: Math.ceil(messages.length / 2),
  };
}

export function classesOf(samples: readonly Sample[]) {
  const counts = new Map<string, number>();
  for (const { conversation } of samples) {
    const answer = conversation.messages.at(-1)!.content;
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  const areClasses = counts.size <= CLASSES_SHOWN && counts.size * 2 <= samples.length;
  const classes = areClasses
    ? [...counts].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count)
    : [];
  return { classes, distinctAnswers: counts.size };
}
