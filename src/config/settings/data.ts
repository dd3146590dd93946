/** Settings of the rows and how they become tokens: the supported ones. */
import { amount, choice, flag, integer, list, text } from '../setting.ts';

export const DATA = {
  dataset: list([], {
    en: 'The data sets to train on: names from dataset_info.json, separated by commas, joined in this order.',
    zh: '训练用的数据集：dataset_info.json 中的名称，用逗号分隔，按此顺序拼接。',
  }),
  mix_strategy: choice('concat', {
    choices: ['concat', 'interleave_under', 'interleave_over', 'interleave_once'],
    en: 'How several data sets come together. concat: one after the other. interleave_under: in turns, until one has ended. interleave_over: in turns until all have ended, shorter ones begin anew. interleave_once: in turns, each row once. Matters with disable_shuffling, and where rows are left out or repeated.',
    zh: '多个数据集如何合并。concat：依次拼接；interleave_under：轮流取，某个取完即止；interleave_over：轮流取到全部取完，较短的会重复；interleave_once：轮流取，每行一次。在不打乱顺序，或行被略去、重复时有影响。',
  }),
  interleave_probs: text(null, {
    en: 'How often each data set has its turn when they are interleaved: a number for each, separated by commas. Empty means in rotation.',
    zh: '交错合并时各数据集被取到的比例：每个数据集一个数，用逗号分隔。留空表示轮流。',
  }),
  eval_dataset: list([], {
    en: 'The data sets to judge by: names from dataset_info.json. Rows that are not trained on; instead of val_size.',
    zh: '评估用的数据集：dataset_info.json 中的名称。应为未参与训练的数据；与 val_size 二选一。',
  }),
  dataset_dir: text('data', {
    en: 'The folder that holds dataset_info.json and the data files.',
    zh: 'dataset_info.json 和数据文件所在的文件夹。',
  }),
  template: text(null, {
    en: 'How a conversation is written for the model (chatml, qwen3, llama3, gemma, …). It has to be the one that the model was made with; empty means the chat template in the model itself.',
    zh: '对话写给模型的格式（chatml、qwen3、llama3、gemma 等），须与模型本身一致；留空则使用模型自带的对话模板。',
  }),
  cutoff_len: integer(2048, {
    min: 1,
    en: 'The most tokens a row may have; what is beyond is cut (see truncation). Memory and time of a step grow with the longest row, not with this number.',
    zh: '一行最多的 token 数，超出部分被截断（见 truncation）。每步的内存和时间取决于最长的行，而不是这个数。',
  }),
  truncation: choice('keep', {
    own: true,
    choices: ['keep', 'drop', 'left'],
    en: 'What happens to a row longer than cutoff_len. keep cuts prompt and answer as LLaMA-Factory does; drop leaves the row out; left cuts the beginning of the prompt and keeps the answer whole. Each such row is named.',
    zh: '超过 cutoff_len 的行如何处理：keep 按 LLaMA-Factory 的方式截断提示和回答；drop 丢弃该行；left 从提示的开头截断并保留完整回答。每一行都会列出。',
  }),
  max_samples: integer(null, {
    min: 1,
    en: 'Only the first so many rows of each data set are used: for a quick try. Empty means all.',
    zh: '每个数据集只用前若干行，便于快速试跑；留空表示全部。',
  }),
  val_size: amount(0, {
    min: 0,
    en: 'Rows taken out of the training set to measure the loss on: a share below 1, or a number of rows. 0 takes none.',
    zh: '从训练集中留出用于测量损失的行：小于 1 为比例，否则为行数；0 表示不留。',
  }),
  train_on_prompt: flag(false, {
    en: 'Trains on the tokens of the prompt too, not on the answer alone. Rarely helps when prompts repeat.',
    zh: '提示部分的 token 也参与训练，而不只是回答。提示大量重复时很少有帮助。',
  }),
  mask_history: flag(false, {
    en: 'Trains on the last answer of each conversation only; earlier answers are read but not learned.',
    zh: '每段对话只训练最后一个回答，之前的回答只读不学。',
  }),
  enable_thinking: flag(true, {
    en: 'For models that think: true trains the thought (an empty one where a row has none) with the answer; false removes thoughts and teaches to answer at once.',
    zh: '用于会思考的模型：true 时思考内容（没有则为空思考）与回答一起训练；false 时去掉思考，学会直接回答。',
  }),
  disable_shuffling: flag(false, {
    en: 'Trains on the rows in the order of the files, the same in each epoch, instead of a new random order.',
    zh: '按文件中的顺序训练，每轮相同，而不是每轮重新随机排序。',
  }),
  streaming: flag(false, {
    en: 'For data sets larger than memory. Rows are read piece by piece, kept as tokens on disk and trained from there in any case, so the result is the same with and without it; as in LLaMA-Factory, it needs max_steps.',
    zh: '用于大于内存的数据集。这里数据总是逐段读取、以 token 形式存盘并从盘上训练，所以开与不开结果相同；与 LLaMA-Factory 一样需要 max_steps。',
  }),
  tokenized_path: text(null, {
    en: 'A folder for the tokenized rows of this run: where it is empty or missing they are saved there, and where it holds rows these are trained on, whatever the other settings of data say. Rows that were tokenized before are found without it too.',
    zh: '本次运行分词后数据的文件夹：为空或不存在时保存到其中；已有数据时直接用其训练，其他数据设置不再起作用。不设此项也会复用之前的分词结果。',
  }),
  overwrite_cache: flag(false, {
    en: 'Reads and tokenizes rows anew, also where the same rows were tokenized in the same way before.',
    zh: '重新读取并分词，即使同样的数据之前已按同样方式分词。',
  }),
  preprocessing_num_workers: integer(null, {
    min: 1,
    en: 'Threads that tokenize; empty means one for each core. Small data sets take one.',
    zh: '分词线程数；留空则每个核心一个。小数据集只用一个。',
  }),
};
