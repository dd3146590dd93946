/** What a teacher can be asked to add to a row: how it is asked, and what its answer makes of the row. */
import type { Bilingual } from '../core/index.ts';
import type { Sample } from '../data/index.ts';
import { stripThoughts } from '../text/index.ts';
import type { TeacherAnswer } from './teacher.ts';

export const ENRICH_TASKS = ['thought', 'system', 'paraphrase', 'label', 'answer'] as const;
export type EnrichTask = (typeof ENRICH_TASKS)[number];

/** A row after the teacher's answer. */
export interface EnrichedSample {
  readonly sample: Sample;
  /** Further columns. */
  readonly extra?: Readonly<Record<string, string | number>>;
}

/** What a task knows of a row. */
export interface TaskContext {
  readonly labels: readonly string[];
  /** Whether the teacher was told the row's answer. */
  readonly isTold: boolean;
}

interface TaskRule {
  readonly about: Bilingual;
  /** Placeholders: {question}, {system}, {labels}, {count}; {answer} only in `told`. */
  readonly prompt: Bilingual;
  /** The prompt where the teacher may see the answer; absent where that makes no sense. */
  readonly told?: Bilingual;
  /** @returns the rows that take the row's place, or why the answer is of no use */
  apply(sample: Sample, answer: TeacherAnswer, context: TaskContext): EnrichedSample[] | Bilingual;
}

export const TASKS: Readonly<Record<EnrichTask, TaskRule>> = {
  thought: {
    about: {
      en: 'a chain of thought before the answer; rows whose thoughts lead elsewhere are left out',
      zh: '在答案前加入思维链；推理结论与答案不符的行会被略去',
    },
    prompt: {
      en: 'Task given to an assistant:\n{system}\n\n{question}\n\nThink it through in two to five sentences, then write your answer alone on a last line that begins with "Answer:".',
      zh: '交给助手的任务：\n{system}\n\n{question}\n\n请用两到五句话逐步分析，最后另起一行，以“答案：”开头单独写出答案。',
    },
    told: {
      en: 'Task given to an assistant:\n{system}\n\n{question}\n\nThe right answer is: {answer}\nWrite in two to five sentences the reasoning that leads to it, then the answer alone on a last line that begins with "Answer:".',
      zh: '交给助手的任务：\n{system}\n\n{question}\n\n正确答案是：{answer}\n请用两到五句话写出得出该答案的推理过程，最后另起一行，以“答案：”开头单独写出答案。',
    },
    apply(sample, { text, thoughts }) {
      const gold = answerOf(sample);
      const { reasoning, conclusion } = splitConclusion(text);
      const thought = [thoughts, reasoning].filter((part) => part !== '').join('\n');
      if (thought === '') return { en: 'the teacher gave no reasoning', zh: '教师模型没有给出推理' };
      if (!isSame(conclusion, gold)) {
        const [led, right] = [conclusion, gold].map((text) => JSON.stringify(text.slice(0, 40)));
        return {
          en: `the teacher's reasoning leads to ${led}, not to ${right}`,
          zh: `教师模型的推理得出 ${led}，而非 ${right}`,
        };
      }
      return [{ sample: withAnswer(sample, `<think>\n${thought}\n</think>\n\n${gold}`) }];
    },
  },
  system: {
    about: {
      en: "an analysis of each row's question, added to its system prompt",
      zh: '针对每行问题的分析，附加到其系统提示词',
    },
    prompt: {
      en: 'Text:\n{question}\n\nAnalyse in two to four sentences what matters in it for this task: {system}\nDescribe topic, key words and tone. Do not state the final answer or any label.',
      zh: '文本：\n{question}\n\n请用两到四句话分析其中对以下任务重要的内容：{system}\n说明主题、关键词与语气，不要写出最终答案或任何类别名称。',
    },
    told: {
      en: 'Text:\n{question}\n\nTask: {system}\nThe right answer is {answer}. Write in two to four sentences an analysis of the text that prepares it, without naming it.',
      zh: '文本：\n{question}\n\n任务：{system}\n正确答案是{answer}。请用两到四句话写出为其作铺垫的分析，但不要点明答案。',
    },
    apply(sample, { text }) {
      if (text === '') return { en: 'the teacher gave no analysis', zh: '教师模型没有给出分析' };
      const { system } = sample.conversation;
      return [{ sample: withConversation(sample, { system: system ? `${system}\n${text}` : text }) }];
    },
  },
  paraphrase: {
    about: { en: 'further rows that ask the same in other words', zh: '以不同说法提出同一问题的新行' },
    prompt: {
      en: 'Rewrite the following text in {count} different ways. Keep its meaning, language and every fact; write one version a line and nothing else.\n\n{question}',
      zh: '请将下面的文本改写为 {count} 种不同的说法。保持原意、语言与所有事实；每行一种，不要写其他内容。\n\n{question}',
    },
    apply(sample, { text }) {
      const lines = text
        .split('\n')
        .map((line) => line.replace(/^\s*(?:[-*•]|\d+[.)、．])\s*/, '').trim())
        .filter((line) => line !== '' && line !== questionOf(sample));
      if (lines.length === 0) {
        return { en: 'the teacher wrote no other version', zh: '教师模型没有写出其他说法' };
      }
      return [{ sample }, ...[...new Set(lines)].map((line) => ({ sample: withQuestion(sample, line) }))];
    },
  },
  label: {
    about: {
      en: "the teacher's label and how sure it is, in columns of their own; the row's answer stays",
      zh: '教师模型给出的标签与把握，写入单独的列；原答案不变',
    },
    prompt: {
      en: '{system}\n\n{question}\n\nChoose one of: {labels}\nAnswer with JSON only: {"label": "…", "confidence": 0.0 to 1.0}',
      zh: '{system}\n\n{question}\n\n从以下类别中选择一个：{labels}\n仅以 JSON 作答：{"label": "…", "confidence": 0.0 到 1.0}',
    },
    apply(sample, { text }, { labels }) {
      const found = /\{[^{}]*\}/.exec(text)?.[0];
      const { label, confidence } = parseObject(found);
      const right = labels.find((one) => typeof label === 'string' && isSame(one, label));
      if (right === undefined) {
        const shown = JSON.stringify(text.slice(0, 60));
        return {
          en: `the teacher's label is none of the labels: ${shown}`,
          zh: `教师模型给出的标签不在标签之中：${shown}`,
        };
      }
      const isShare = typeof confidence === 'number' && confidence >= 0 && confidence <= 1;
      const extra = { teacher_label: right, ...(isShare && { teacher_confidence: confidence }) };
      return [{ sample, extra }];
    },
  },
  answer: {
    about: { en: "the teacher's answer in the place of the row's", zh: '以教师模型的回答作为该行的答案' },
    prompt: { en: '{question}', zh: '{question}' },
    apply(sample, { text }) {
      if (text === '') return { en: 'the teacher gave no answer', zh: '教师模型没有给出回答' };
      return [{ sample: withAnswer(sample, text) }];
    },
  },
};

/** The last turn before the answer. */
export function questionOf({ conversation }: Sample): string {
  return conversation.messages.at(-2)?.content ?? '';
}

/** Without thoughts. */
export function answerOf({ conversation }: Sample): string {
  return stripThoughts(conversation.messages.at(-1)!.content).trim();
}

function withConversation(sample: Sample, change: Partial<Sample['conversation']>): Sample {
  return { ...sample, conversation: { ...sample.conversation, ...change } };
}

function withAnswer(sample: Sample, content: string): Sample {
  const { messages } = sample.conversation;
  return withConversation(sample, { messages: messages.with(-1, { ...messages.at(-1)!, content }) });
}

function withQuestion(sample: Sample, content: string): Sample {
  const { messages } = sample.conversation;
  return withConversation(sample, { messages: messages.with(-2, { ...messages.at(-2)!, content }) });
}

/** The last line that says "Answer:", and what stands before it; else the last line. */
function splitConclusion(text: string): { reasoning: string; conclusion: string } {
  const marked = [...text.matchAll(/^\W*(?:answer|答案|final answer|最终答案)\W*[:：]\s*(.+)$/gimu)].at(-1);
  if (marked) return { reasoning: text.slice(0, marked.index).trim(), conclusion: marked[1]!.trim() };
  const lines = text.trim().split('\n');
  return { reasoning: lines.slice(0, -1).join('\n').trim(), conclusion: lines.at(-1)!.trim() };
}

/** Ignores case, width, spaces and the marks that people put around an answer. */
function isSame(a: string, b: string): boolean {
  const bare = (text: string) =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/[\s"'“”‘’「」*_.。!！]+/g, '');
  return bare(a) === bare(b);
}

function parseObject(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text ?? '') as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
