/**
 * The words of a report that a person may write; its figures come from what was measured and are not among them. Kept
 * beside an experiment as report-words.json. Runs in a browser too.
 */
import { z } from 'zod';

/** For one page. */
const MOST_CHARACTERS = 8000;

const Words = z.string().trim().max(MOST_CHARACTERS);

export const ReportWordsSchema = z.strictObject({
  language: z.enum(['en', 'zh']).optional().meta({ en: 'Language of the report', zh: '报告语言' }),
  question: Words.max(2000).optional().meta({ en: 'The question', zh: '要回答的问题' }),
  summary: Words.optional().meta({ en: 'In short, below the verdict', zh: '结论之下的摘要' }),
  answers: Words.optional().meta({ en: 'On the candidates and their figures', zh: '关于候选者及其指标' }),
  load: Words.optional().meta({ en: 'On latency, throughput and cost', zh: '关于延迟、吞吐与成本' }),
  next: Words.optional().meta({ en: 'What follows', zh: '后续安排' }),
});

export type ReportWords = z.output<typeof ReportWordsSchema>;
