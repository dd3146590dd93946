/** Words of the page Report. */
import type { Texts } from './language.tsx';

const en = {
  title: 'Report',
  about: 'The conclusion on one page.',
  empty: 'No report yet',
  emptyAbout: 'An experiment writes one when it is finished.',
  toExperiments: 'Go to the experiments',
  choose: 'Experiment',
  edit: 'Edit the words',
  print: 'Print',
  download: 'Download',
  html: 'Page (HTML)',
  pdf: 'PDF',
  markdown: 'Markdown',
  xlsx: 'Spreadsheet (xlsx)',
  words: {
    title: 'Words of the report',
    about:
      'Figures, criteria and the verdict come from what was measured and cannot be edited. An empty line begins a new paragraph.',
    usual: 'as the command',
    save: 'Save and write the report',
    unsaved: 'Not saved yet.',
    discard: 'Discard',
    close: 'Close',
  },
};

const zh: typeof en = {
  title: '报告',
  about: '一页纸的结论。',
  empty: '还没有报告',
  emptyAbout: '实验完成时会生成报告。',
  toExperiments: '前往实验页',
  choose: '实验',
  edit: '编辑文字',
  print: '打印',
  download: '下载',
  html: '网页（HTML）',
  pdf: 'PDF',
  markdown: 'Markdown',
  xlsx: '电子表格（xlsx）',
  words: {
    title: '报告的文字',
    about: '指标、标准与结论来自实测，不可编辑。空一行即另起一段。',
    usual: '与命令行一致',
    save: '保存并重写报告',
    unsaved: '尚未保存。',
    discard: '放弃修改',
    close: '关闭',
  },
};

export const REPORT: Texts<typeof en> = { en, zh };
