/** Why each kind of finding matters, and what is to be done: the doctor's words, in both languages. */
import type { Bilingual } from '../../core/index.ts';
import type { CheckName } from './diagnosis.ts';

export const ADVICE: Readonly<Record<CheckName, { readonly why: Bilingual; readonly fix: Bilingual }>> = {
  unusable: {
    why: {
      en: 'empty or broken rows are left out of training, so the model sees fewer rows than you think',
      zh: '空行或损坏的行不参与训练，模型实际学到的行数会少于预期',
    },
    fix: { en: 'these rows are removed', zh: '移除这些行' },
  },
  duplicate: {
    why: {
      en: 'the same row counted twice weighs twice, and one copy may end up in the test set',
      zh: '重复的行权重加倍，且其中一份可能落入测试集',
    },
    fix: { en: 'all but the first are removed', zh: '仅保留第一条' },
  },
  near_duplicate: {
    why: {
      en: 'nearly the same questions teach little and make a test look better than it is',
      zh: '几乎相同的问题带来的信息很少，还会让测试结果虚高',
    },
    fix: { en: 'all but the first of each group are removed', zh: '每组仅保留第一条' },
  },
  conflict: {
    why: {
      en: 'the same question with two answers cannot be learnt, and caps the accuracy that is possible',
      zh: '同一问题有两个答案，模型无从学起，准确率的上限也因此降低',
    },
    fix: {
      en: 'the answer of the majority stays; where there is none, all rows of the question are removed',
      zh: '保留多数答案；没有多数时移除该问题的所有行',
    },
  },
  label_variant: {
    why: {
      en: 'two spellings of one label are two classes to the model and to every metric',
      zh: '同一标签的两种写法，对模型和所有指标而言是两个类别',
    },
    fix: { en: 'the most frequent spelling takes the place of the others', zh: '统一为最常见的写法' },
  },
  imbalance: {
    why: {
      en: 'rare classes are hardly learnt, and accuracy hides it: watch macro F1',
      zh: '稀有类别很难学会，而准确率会掩盖这一点：请看宏平均 F1',
    },
    fix: { en: 'collect more rows of the rare classes', zh: '为稀有类别补充数据' },
  },
  leakage: {
    why: {
      en: 'rows of the test set that were trained on are answered from memory: the figures come out too good',
      zh: '测试集中的行若参与过训练，模型只是在背答案：指标会虚高',
    },
    fix: { en: 'these rows are removed from the training rows', zh: '从训练数据中移除这些行' },
  },
  answer_in_prompt: {
    why: {
      en: 'the model learns to copy an answer that will not stand there when it is asked in earnest',
      zh: '模型学会的是照抄答案，而实际使用时提示中并没有这个答案',
    },
    fix: {
      en: 'sentences of the system prompt that name the answer are taken out; a question that names it is yours to change',
      zh: '删去系统提示词中点明答案的句子；问题本身点明答案的，需自行修改',
    },
  },
  cut: {
    why: {
      en: 'a row beyond cutoff_len loses the end of its question or of its answer, end mark included',
      zh: '超出 cutoff_len 的行会丢失问题或答案的末尾，包括结束标记',
    },
    fix: { en: 'these rows are removed; or raise cutoff_len', zh: '移除这些行；或调大 cutoff_len' },
  },
  language_mix: {
    why: {
      en: 'a few rows in another language or script are learnt badly, or are a mistake',
      zh: '少量其他语言或文字的行学不好，也可能是误入的数据',
    },
    fix: { en: 'look at these rows, and remove what does not belong', zh: '查看这些行，移除不该有的' },
  },
  personal_data: {
    why: {
      en: 'a model can repeat what it was trained on to anybody who asks',
      zh: '模型可能把训练中见过的个人信息说给任何提问的人',
    },
    fix: { en: 'each is replaced by a placeholder', zh: '以占位符替换' },
  },
  secret: {
    why: {
      en: 'keys and passwords in training rows end up in the weights',
      zh: '训练数据中的密钥与口令会进入模型权重',
    },
    fix: { en: 'each is replaced by a placeholder; revoke the key too', zh: '以占位符替换；并请吊销该密钥' },
  },
};
