/** Settings of how answers are generated, in chat and in predictions: the supported ones. */
import { flag, integer, number } from '../setting.ts';

export const GENERATION = {
  do_sample: flag(true, {
    en: 'Draws each token by chance; false always takes the likeliest one, so that answers repeat exactly.',
    zh: '按概率抽取每个 token;false 时总取最可能的一个，回答可完全重现。',
  }),
  temperature: number(0.95, {
    min: 0,
    en: 'How bold the draw is: low keeps to the likeliest tokens, high varies more. 0 is the same as do_sample: false.',
    zh: '抽取的大胆程度：低则偏向最可能的 token，高则更多变；0 等同于 do_sample: false。',
  }),
  top_p: number(0.7, {
    above: 0,
    max: 1,
    en: 'Draws only among the likeliest tokens that together have this probability. 1 leaves all in.',
    zh: '只在累计概率达到此值的最可能的 token 中抽取；1 表示不限制。',
  }),
  top_k: integer(50, {
    min: 0,
    en: 'Draws only among so many likeliest tokens. 0 leaves all in.',
    zh: '只在最可能的这么多个 token 中抽取；0 表示不限制。',
  }),
  max_new_tokens: integer(1024, {
    min: 1,
    en: 'The most tokens of an answer; a longer one is cut off there.',
    zh: '回答最多的 token 数，更长的会在此处截断。',
  }),
  repetition_penalty: number(1, {
    above: 0,
    en: 'Above 1 makes tokens that already occurred less likely; 1 leaves them alone.',
    zh: '大于 1 时已出现过的 token 概率降低；1 表示不干预。',
  }),
  skip_special_tokens: flag(true, {
    en: 'Leaves marks such as the end of a turn out of the answer.',
    zh: '回答中不显示回合结束等特殊标记。',
  }),
};
