/** What `tunesmith data add` asks in a terminal: whether its plan is right, and which column is what. */
import { isCancel, select, text as textPrompt } from '@clack/prompts';
import type { Language } from '../core/index.ts';
import type { Role, RoleTexts } from '../data/index.ts';

const EN = {
  right: 'Is this what you mean?',
  take: 'Yes, add it',
  change: 'No, choose the columns',
  leave: 'Leave',
  none: '(none)',
  written: '(a text with {column} in it)',
  text: 'Text, with {column} where a column goes:',
  roles: {
    messages: 'Which column holds whole conversations?',
    instruction: 'Which column asks?',
    input: 'Which column is added below it?',
    output: 'Which column answers?',
    system: 'Which column holds the system prompt?',
    history: 'Which column holds earlier turns?',
    tools: 'Which column holds tools?',
  } satisfies Record<Role, string> as Readonly<Record<Role, string>>,
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    right: '是这个意思吗？',
    take: '是，添加',
    change: '不是，重新选择列',
    leave: '退出',
    none: '（无）',
    written: '（带 {列名} 的文本）',
    text: '文本，列写作 {列名}：',
    roles: {
      messages: '哪一列是整段对话？',
      instruction: '哪一列是提问？',
      input: '哪一列接在提问下面？',
      output: '哪一列是回答？',
      system: '哪一列是系统提示词？',
      history: '哪一列是历史轮次？',
      tools: '哪一列是工具？',
    },
  },
};

/** No column is called so: names have no NUL. */
const NONE = '\0none';
const WRITTEN = '\0written';

/** @param isTakable whether there is a plan to say yes to */
export async function askAboutPlan(
  isTakable: boolean,
  language: Language,
): Promise<'take' | 'change' | 'leave'> {
  const text = TEXTS[language];
  const answer = await select<'take' | 'change' | 'leave'>({
    message: text.right,
    options: [
      ...(isTakable ? [{ value: 'take' as const, label: text.take }] : []),
      { value: 'change', label: text.change },
      { value: 'leave', label: text.leave },
    ],
  });
  return isCancel(answer) ? 'leave' : answer;
}

/** @returns undefined when the user leaves */
export async function askForRoles(
  columns: readonly string[],
  roles: RoleTexts,
  language: Language,
): Promise<RoleTexts | undefined> {
  const messages = await askForRole('messages', columns, roles.messages, language);
  if (messages === undefined) return undefined;
  const wanted: readonly Role[] = messages
    ? ['system', 'tools']
    : ['instruction', 'input', 'output', 'system'];
  const answers: Partial<Record<Role, string>> = messages ? { messages } : {};
  for (const role of wanted) {
    const answer = await askForRole(role, columns, roles[role], language);
    if (answer === undefined) return undefined;
    if (answer) answers[role] = answer;
  }
  return answers;
}

/** @returns empty for none, undefined when the user leaves */
async function askForRole(
  role: Role,
  columns: readonly string[],
  present: string | undefined,
  language: Language,
): Promise<string | undefined> {
  const text = TEXTS[language];
  const mayBeWritten = role === 'instruction' || role === 'system' || role === 'input';
  const isWritten = present !== undefined && !columns.includes(present);
  const answer = await select({
    message: text.roles[role],
    initialValue: isWritten ? WRITTEN : (present ?? NONE),
    options: [
      ...columns.map((value) => ({ value, label: value })),
      ...(mayBeWritten ? [{ value: WRITTEN, label: text.written }] : []),
      { value: NONE, label: text.none },
    ],
  });
  if (isCancel(answer)) return undefined;
  if (answer === NONE) return '';
  if (answer !== WRITTEN) return answer;
  const written = await textPrompt({ message: text.text, ...(isWritten && { initialValue: present }) });
  return isCancel(written) ? undefined : written;
}
