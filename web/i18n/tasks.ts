/** What long work is busy with. */
import type { Texts } from './language.tsx';

const en = {
  download: 'download',
  'await download': 'wait for another download of it',
  unpack: 'unpack',
  'load weights': 'load weights',
  tokenize: 'tokenize',
  evaluate: 'evaluate',
  predict: 'predict',
  'score labels': 'score labels',
  generate: 'generate',
  'ask endpoint': 'ask endpoint',
  'ask teacher': 'ask teacher',
  'check rows': 'check rows',
};

const zh: typeof en = {
  download: '下载',
  'await download': '等待另一个下载完成',
  unpack: '解压',
  'load weights': '加载权重',
  tokenize: '分词',
  evaluate: '评估',
  predict: '预测',
  'score labels': '标签打分',
  generate: '生成回答',
  'ask endpoint': '请求接口',
  'ask teacher': '请求教师模型',
  'check rows': '检查数据',
};

export const TASKS: Texts<typeof en> = { en, zh };
