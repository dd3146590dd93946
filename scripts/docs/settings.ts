/**
 * Writes docs/SETTINGS.md from the settings' own tables. Usage: npx tsx scripts/docs/settings.ts
 * A test of src/config fails when the page differs from what this gives.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  defaultInWords,
  GROUPS,
  SETTINGS,
  type Setting,
  type Status,
  valuesInWords,
} from '../../src/config/index.ts';

export const SETTINGS_PAGE = fileURLToPath(new URL('../../docs/SETTINGS.md', import.meta.url));

const INTRODUCTION = `# Settings · 设置

Everything that a run file may say, made by \`npx tsx scripts/docs/settings.ts\`; edit the tables in
\`src/config/settings/\` instead of this page. Names and defaults are LLaMA-Factory's; * marks Tunesmith's own.

运行文件中的全部设置。本页由脚本生成，请修改 \`src/config/settings/\` 中的表。名称和默认值与 LLaMA-Factory 一致；* 为 Tunesmith 自有。
`;

/** The whole page as Markdown. */
export function settingsPage(): string {
  const groups = Object.entries(GROUPS).map(([group, title]) => {
    const settings = withStatus('supported').filter((setting) => setting.group === group);
    const rows = settings.map((setting) => [
      `\`${setting.key}\`${setting.own ? ' *' : ''}`,
      valuesInWords(setting),
      defaultInWords(setting),
      `${setting.help.en}${unsupportedValues(setting)}<br>${setting.help.zh}`,
    ]);
    return `## ${title.en} · ${title.zh}\n\n${table(['setting', 'values', 'default', 'what it does · 作用'], rows)}`;
  });
  return [
    INTRODUCTION,
    ...groups,
    section(
      'translated',
      'Second names · 别名',
      'Read as the setting that they mean.\n\n按其所指的设置读取。',
    ),
    section(
      'ignored',
      'Accepted without effect · 接受但无影响',
      'No value of these changes the result here.\n\n这些设置的任何取值在这里都不影响结果。',
    ),
    section(
      'refused',
      'Known, not carried out · 已知但未支持',
      'Accepted at the default, which asks for nothing; any other value is refused with the sentence beside it.\n\n取默认值时接受（等于没有要求）；其他取值会被拒绝并给出旁边的说明。',
    ),
  ].join('\n');
}

/** One table for a status; settings with the same reason share a row. */
function section(status: Status, title: string, introduction: string): string {
  const byReason = new Map<string, Setting[]>();
  for (const setting of withStatus(status)) {
    byReason.set(setting.help.en, [...(byReason.get(setting.help.en) ?? []), setting]);
  }
  const rows = [...byReason.values()].map((settings) => [
    settings.map((setting) => `\`${setting.key}\` (${defaultInWords(setting)})`).join(', '),
    `${settings[0]!.help.en}<br>${settings[0]!.help.zh}`,
  ]);
  return `## ${title}\n\n${introduction}\n\n${table(['settings (default)', 'why · 说明'], rows)}`;
}

function unsupportedValues({ refusedValues = {} }: Setting): string {
  const names = Object.keys(refusedValues).map((name) => `\`${name}\``);
  return names.length ? ` (Refused: ${names.join(', ')}.)` : '';
}

function withStatus(status: Status): Setting[] {
  return SETTINGS.filter((setting) => setting.status === status);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(SETTINGS_PAGE, settingsPage());
