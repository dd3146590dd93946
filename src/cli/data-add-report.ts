/** What `tunesmith data add` found and made of it, for a person: the table, the roles, the first rows, what is left out. */
import { reasonIn } from '../core/index.ts';
import { type DatasetPlan, ROLES, type RoleTexts, type SourceTable } from '../data/index.ts';
import type { AddTexts } from './data-add-texts.ts';
import { shownPath } from './shown-path.ts';
import { harmless, indented, shortened } from './shown-text.ts';

const SHOWN_ROWS = 3;
const SHOWN_CHARACTERS = 400;
const SHOWN_FINDINGS = 5;
const MOST_LABELS = 50;

export function describeTable(files: readonly string[], table: SourceTable, text: AddTexts): string {
  const [format] = table.formats;
  const delimiter = format?.delimiter ? text.delimiters[format.delimiter] : undefined;
  const written = format
    ? text.written([format.encoding.toUpperCase(), delimiter].filter(Boolean).join(', '))
    : '';
  const columns = table.columns.map(({ name }) => harmless(name)).join(', ');
  return [
    `${files.map(shownPath).join(' ')}: ${text.read(table.rows.length)}${written}${table.hasHeader ? '' : text.noNames}`,
    `${text.columns}${columns}`,
  ].join('\n');
}

export function describePlan({ samples, findings }: DatasetPlan, roles: RoleTexts, text: AddTexts): string {
  const lines = [
    text.roles +
      ROLES.filter((role) => roles[role] !== undefined)
        .map((role) => `${role} = ${harmless(roles[role]!)}`)
        .join('; '),
  ];
  const labels = countLabels(samples);
  if (labels) lines.push(`${text.labels}${labels}`);
  for (const { conversation, origin } of samples.slice(0, SHOWN_ROWS)) {
    lines.push('', text.row(origin.row));
    const { system, messages } = conversation;
    for (const { role, content } of [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      ...messages,
    ]) {
      lines.push(`  ${role.padEnd(12)}${indented(harmless(shortened(content, SHOWN_CHARACTERS)), 14)}`);
    }
  }
  const dropped = findings.filter(({ kind }) => kind === 'dropped');
  if (dropped.length > 0) {
    lines.push('', text.dropped(dropped.length));
    for (const finding of dropped.slice(0, SHOWN_FINDINGS)) {
      const { file, row } = finding;
      lines.push(`  ${shownPath(file)} ${row}: ${harmless(reasonIn(finding, text.language))}`);
    }
    if (dropped.length > SHOWN_FINDINGS) lines.push(`  ${text.more(dropped.length - SHOWN_FINDINGS)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Answers and how often each is given, where they are labels. */
function countLabels(samples: DatasetPlan['samples']): string | undefined {
  const counts = new Map<string, number>();
  for (const { conversation } of samples) {
    const answer = conversation.messages.at(-1)!.content;
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
    if (counts.size > MOST_LABELS) return undefined;
  }
  const isLabels = counts.size * 2 <= samples.length;
  if (!isLabels) return undefined;
  const most = [...counts].sort(([, a], [, b]) => b - a);
  return most.map(([label, count]) => `${harmless(shortened(label, 40))} ${count}`).join(', ');
}
