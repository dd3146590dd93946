/** Words of the page Models. */
import type { Texts } from './language.tsx';

const en = {
  title: 'Models',
  about: (memory: string, folder: string) =>
    `This machine has ${memory} of memory. Models of your own go into ${folder}/, a folder each or as GGUF files.`,
  models: 'Models',
  adapters: 'Adapters made here',
  name: 'Model',
  kind: 'Kind',
  kinds: { starter: 'starter', folder: 'Hugging Face folder', gguf: 'GGUF' },
  size: 'Size',
  license: 'Licence',
  here: 'on this machine',
  fetch: 'Fetch',
  accept: (license: string) => `Accept the ${license} and fetch`,
  acceptQuestion: (model: string, license: string, at: string) =>
    `${model} comes under the ${license}; read them at ${at}. Whoever uses the model accepts them.`,
  train: 'Train',
  noAdapters: 'None yet: a training leaves one.',
  adapter: 'Adapter',
  base: 'Base model',
  dataset: 'Data set',
  rank: 'Rank',
  made: 'Made',
  evaluate: 'Evaluate',
};

const zh: typeof en = {
  title: '模型',
  about: (memory, folder) =>
    `本机内存 ${memory}。自己的模型放在 ${folder}/ 下，每个一个文件夹，或为 GGUF 文件。`,
  models: '模型',
  adapters: '在本机训练的适配器',
  name: '模型',
  kind: '类型',
  kinds: { starter: '起步模型', folder: 'Hugging Face 文件夹', gguf: 'GGUF' },
  size: '大小',
  license: '许可证',
  here: '已在本机',
  fetch: '获取',
  accept: (license) => `接受 ${license} 并获取`,
  acceptQuestion: (model, license, at) =>
    `${model} 受 ${license} 约束，全文见 ${at}。使用该模型即表示接受这些条款。`,
  train: '训练',
  noAdapters: '还没有：训练后会得到。',
  adapter: '适配器',
  base: '基座模型',
  dataset: '数据集',
  rank: '秩',
  made: '完成时间',
  evaluate: '评估',
};

export const MODELS_TEXT: Texts<typeof en> = { en, zh };
