/** What `tunesmith data add` says. */
import type { Language } from '../core/index.ts';

const EN = {
  language: 'en' as Language,
  about: 'add spreadsheets, csv, json, jsonl, parquet, arrow or txt files, or folders of them, as a data set',
  files: 'files or folders of one kind of rows',
  name: 'name of the data set (that of the file)',
  datasetDir: 'folder of dataset_info.json',
  instruction: 'column that asks, or a text with {column} in it',
  input: 'column that is added below the instruction',
  output: 'column that answers',
  label: 'the same, where answers are labels',
  system: 'column with the system prompt, or the prompt itself, with {column} where a column goes',
  history: 'column with earlier turns',
  messages: 'column with whole conversations',
  template: 'text that asks, with {column} where a column goes: "Which queue? {title}"',
  sheet: 'sheet of a workbook (the first)',
  encoding: 'encoding of text files, where it is none that is recognised',
  header: 'the first row names the columns',
  noHeader: 'the first row is one like the others',
  replace: 'replace a data set of this name',
  yes: 'ask nothing, take what is guessed',
  both: (a: string, b: string) => `data add: --${a} and --${b} say the same; leave one of them out`,
  doubtful: (roles: string, columns: string) =>
    `data add: it is not certain what to take as ${roles}; name it (${roles
      .split(', ')
      .map((role) => `--${role}`)
      .join(', ')}), or take the guess with --yes; the columns are ${columns}`,
  read: (rows: number) => `${rows} rows`,
  written: (formats: string) => `, ${formats}`,
  single: 'single column',
  delimiters: { ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'bar' } as Readonly<Record<string, string>>,
  noNames: ', without column names',
  columns: 'columns: ',
  roles: 'roles: ',
  labels: 'labels: ',
  row: (number: number) => `row ${number}`,
  dropped: (count: number) => `rows that cannot be used and are left out: ${count}`,
  more: (count: number) => `… and ${count} more`,
  added: (name: string, rows: number, info: string) => `added ${name} (${rows} rows) to ${info}`,
  file: (file: string) => `written: ${file}`,
  next: 'train on it with: ',
  left: 'nothing was written',
};
export const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    language: 'zh',
    about: '将表格、csv、json、jsonl、parquet、arrow、txt 文件或其文件夹添加为数据集',
    files: '同一类数据的文件或文件夹',
    name: '数据集名称（默认取文件名）',
    datasetDir: 'dataset_info.json 所在文件夹',
    instruction: '提问的列，或带 {列名} 的文本',
    input: '接在指令下面的列',
    output: '回答的列',
    label: '同上，回答为标签时',
    system: '系统提示词所在列，或提示词本身（可带 {列名}）',
    history: '历史轮次所在列',
    messages: '整段对话所在列',
    template: '提问文本，列写作 {列名}："判断类型:{title}"',
    sheet: '工作表名称（默认第一个）',
    encoding: '文本文件的编码（无法识别时指定）',
    header: '第一行是列名',
    noHeader: '第一行也是数据',
    replace: '替换同名数据集',
    yes: '不询问，采用猜测结果',
    both: (a, b) => `data add：--${a} 与 --${b} 含义相同；请去掉一个`,
    doubtful: (roles, columns) =>
      `data add：无法确定以哪一列为 ${roles}；请指明（${roles
        .split(', ')
        .map((role) => `--${role}`)
        .join('、')}），或用 --yes 采用猜测；现有列：${columns}`,
    read: (rows) => `${rows} 行`,
    written: (formats) => `，${formats}`,
    single: '单列',
    delimiters: { ',': '逗号分隔', '\t': '制表符分隔', ';': '分号分隔', '|': '竖线分隔' },
    noNames: '，无列名',
    columns: '列：',
    roles: '角色：',
    labels: '标签：',
    row: (number) => `第 ${number} 行`,
    dropped: (count) => `无法使用而略去的行：${count}`,
    more: (count) => `……以及另外 ${count} 行`,
    added: (name, rows, info) => `已将 ${name}（${rows} 行）添加到 ${info}`,
    file: (file) => `已写入：${file}`,
    next: '用它训练：',
    left: '未写入任何内容',
  },
};

export type AddTexts = typeof EN;
