/**
 * What a table's columns most likely are to the model: asked, given, answered. Names in Chinese and English tell first,
 * what the columns hold after that; where either leaves a choice, the role is in doubt and the user's to name.
 */
import type { ColumnProfile } from './source-table.ts';

/** What a column, or a text over columns, can be. */
export const ROLES = ['instruction', 'input', 'output', 'system', 'history', 'messages', 'tools'] as const;
export type Role = (typeof ROLES)[number];

export interface RoleGuess {
  /** Role to column name. */
  readonly roles: Readonly<Partial<Record<Role, string>>>;
  /** Roles for which several columns would do, or that nothing but the content speaks for. */
  readonly doubts: readonly Role[];
}

/** Lower case, without spaces, dashes and underscores; the likelier first. */
const NAMES: Readonly<Record<Role | 'text', readonly string[]>> = {
  messages: words('messages conversations conversation dialogue dialog chat 对话 消息 多轮对话 会话'),
  output: words(
    'output response answer answers completion target reply assistant gpt 输出 答案 回答 回复 答复 参考答案 ' +
      'label labels class category intent sentiment topic channel queue tag labelname 标签 类别 分类 类目 频道 栏目 标注 意图 情感 ' +
      'translation summary 译文 翻译 摘要 总结 结果',
  ),
  instruction: words(
    'instruction prompt question query problem ask user human q 指令 问题 提问 问句 提示 提示词 用户',
  ),
  input: words('input context passage 输入 上下文 材料 背景 补充'),
  text: words(
    'text title headline sentence content body review comment message utterance ticket description document article source ' +
      '标题 文本 正文 内容 句子 评论 新闻 新闻标题 原文 描述 工单 题目 文章 语句',
  ),
  system: words('system systemprompt sys 系统 系统提示 系统提示词 系统消息'),
  history: words('history 历史 历史对话 对话历史'),
  tools: words('tools functions 工具'),
};

/** Columns that number the rows. */
const NUMBERING = words('id index idx no number rowid uuid unnamed:0 序号 编号 行号');

/** A column of at most so many different values, each found several times, is a label. */
const MOST_LABELS = 100;
const LEAST_ROWS_A_LABEL = 3;
const LONGEST_LABEL = 30;

export function guessRoles(columns: readonly ColumnProfile[]): RoleGuess {
  const free = columns.filter(({ name, kind }) => kind !== 'empty' && !NUMBERING.includes(plain(name)));
  const roles: Partial<Record<Role, string>> = {};
  const doubts: Role[] = [];
  const named = (role: Role | 'text') =>
    NAMES[role].flatMap((word) => free.filter(({ name }) => plain(name) === word && isFree(name, roles)));
  const take = (role: Role, candidates: readonly ColumnProfile[], isSure = true) => {
    const [best, second] = candidates;
    if (!best) return;
    roles[role] = best.name;
    if (second || !isSure) doubts.push(role);
  };

  const lists = named('messages').filter(({ kind, name }) => kind === 'list' || isLongText(free, name));
  if (lists.length > 0) {
    take('messages', lists);
    for (const role of ['system', 'tools'] as const) take(role, named(role).slice(0, 1));
    return { roles, doubts };
  }
  for (const role of ['system', 'tools'] as const) take(role, named(role).slice(0, 1));
  take(
    'history',
    named('history')
      .filter(({ kind }) => kind === 'list')
      .slice(0, 1),
  );
  take('output', named('output'));
  const asks = named('instruction');
  take('instruction', asks.length > 0 ? asks : named('text'));
  if (roles.instruction !== undefined)
    take('input', [...named('input'), ...(asks.length > 0 ? named('text') : [])].slice(0, 1));
  else take('instruction', named('input'));

  const rest = () =>
    free.filter(({ name, kind }) => isFree(name, roles) && kind !== 'list' && kind !== 'object');
  if (roles.output === undefined) take('output', rest().filter(isLabel), false);
  if (roles.instruction === undefined) {
    take(
      'instruction',
      rest()
        .sort((a, b) => b.meanLength - a.meanLength)
        .slice(0, 1),
      rest().length === 1,
    );
  }
  if (roles.output === undefined) take('output', rest(), false);
  return { roles, doubts };
}

function isLabel({ distinct, counted, meanLength }: ColumnProfile): boolean {
  return distinct <= MOST_LABELS && counted >= LEAST_ROWS_A_LABEL * distinct && meanLength <= LONGEST_LABEL;
}

/** Lists of messages may stand as JSON text in a table. */
function isLongText(columns: readonly ColumnProfile[], name: string): boolean {
  const column = columns.find((other) => other.name === name);
  return column?.kind === 'text' && column.meanLength > LONGEST_LABEL;
}

function isFree(name: string, roles: Readonly<Partial<Record<Role, string>>>): boolean {
  return !Object.values(roles).includes(name);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, '');
}

function words(list: string): string[] {
  return list.split(' ');
}
