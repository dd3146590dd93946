/** The two stories of the demo, and its words. */

export const STORIES = {
  en: { folder: 'support-tickets', language: 'en' },
  zh: { folder: 'news-headlines-zh', language: 'zh' },
} as const;

export type Story = keyof typeof STORIES;

export const DEMO_TEXTS = {
  en: {
    intro: (rows: string) => `Can a small language model learn this task? ${rows}`,
    task: 'Support tickets of an online shop, seven queues; 420 rows to learn, 140 held out.',
    judged: (model: string, by: string) => `${model}, ${by}`,
    labels: 'by label scoring',
    answer: 'by free answers',
    together: '\nSide by side',
    where: '\nWhere everything lies',
    report: 'report',
    adapter: 'adapter, logs, loss curve',
    matrices: 'confusion matrices',
    figures: 'all figures as JSON',
    rows: 'the rows',
    next: '\nTalk with it',
    took: (time: string) => `\nDone in ${time}.`,
  },
  zh: {
    intro: (rows: string) => `小模型能学会这个任务吗？${rows}`,
    task: '新闻标题分到八个频道：480 条训练，160 条留出评测。',
    judged: (model: string, by: string) => `${model}，${by}`,
    labels: '标签打分',
    answer: '自由回答',
    together: '\n对比',
    where: '\n文件位置',
    report: '报告',
    adapter: '适配器、日志、损失曲线',
    matrices: '混淆矩阵',
    figures: '全部数字（JSON）',
    rows: '数据',
    next: '\n与它对话',
    took: (time: string) => `\n完成，用时 ${time}。`,
  },
} as const;
