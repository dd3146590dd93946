/**
 * The shape of an experiment file, key by key, each with its help in both languages: forms, checks and documents are
 * made from it. What several keys demand of each other is in experiment.ts.
 */
import { z } from 'zod';
import { EndpointSchema } from './endpoint-schema.ts';

/** What a name may be of; the only form that a text here has to have. */
export const NAME_RULE = {
  en: 'letters, digits, dots, dashes and underscores, 64 at most',
  zh: '文字、数字、点、连字符和下划线，最多 64 个字符',
};
/** Names become folders, and words in tables. */
const Name = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u, NAME_RULE.en);
const Settings = z.record(z.string(), z.unknown());
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (Array.isArray(value) || value === undefined || value === null ? value : [value]),
    z.array(item).min(1),
  );
/** `a, b` and `[a, b]` are the same, as in run files. */
const Names = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value),
  z.array(z.string().min(1)).min(1),
);

const Bound = z.number();
const answerCriterion = z.strictObject({
  min: Bound.min(0).max(1).optional().meta({
    en: "Met when the 95 % interval's lower end reaches it, failed when its upper end lies below.",
    zh: '95 % 置信区间下限达到该值为达标，上限低于该值为未达标。',
  }),
  max: Bound.min(0).max(1).optional().meta({ en: 'The mirror of min.', zh: '与 min 相反。' }),
  beats: z.string().optional().meta({
    en: 'The candidate that must be worse, "incumbent" for the one in use: asks for p < 0.05 after Holm’s correction.',
    zh: '必须胜过的候选者，incumbent 表示在用模型：要求 Holm 校正后 p < 0.05。',
  }),
});
const loadCriterion = z.strictObject({
  min: Bound.min(0).optional().meta({ en: 'At least so much.', zh: '不低于该值。' }),
  max: Bound.min(0).optional().meta({ en: 'At most so much.', zh: '不超过该值。' }),
  at_concurrency: z.int().min(1).max(4096).optional().meta({
    en: 'Requests under way at once in the load test that is meant.',
    zh: '所指压测的并发数。',
  }),
});
const ofAnswers = () => listOf(answerCriterion).optional();
const ofLoad = () => listOf(loadCriterion).optional();

const Criteria = z.strictObject({
  accuracy: ofAnswers(),
  macro_f1: ofAnswers(),
  micro_f1: ofAnswers(),
  weighted_f1: ofAnswers(),
  p50_ms: ofLoad(),
  p95_ms: ofLoad(),
  p99_ms: ofLoad(),
  qps: ofLoad(),
  failed_share: ofLoad(),
});

const Candidate = z.strictObject({
  model: z.string().min(1).optional().meta({
    en: 'A model as it is: a folder, a GGUF file or a starter.',
    zh: '未训练的模型：文件夹、GGUF 文件或内置起步模型。',
  }),
  adapter: z
    .string()
    .min(1)
    .optional()
    .meta({ en: 'A LoRA adapter on that model.', zh: '加在该模型上的 LoRA 适配器。' }),
  variant: z
    .string()
    .min(1)
    .optional()
    .meta({ en: 'What the training of a variant ends with.', zh: '某个训练方案的最终结果。' }),
  checkpoint: z
    .int()
    .min(1)
    .optional()
    .meta({ en: 'The step of one of its checkpoints instead.', zh: '改用其第几步的检查点。' }),
  endpoint: EndpointSchema.omit({ name: true })
    .optional()
    .meta({ en: 'A model that answers over HTTP.', zh: '通过 HTTP 回答的模型。' }),
  predictions: z
    .string()
    .min(1)
    .optional()
    .meta({ en: 'A file of answers that somebody else made.', zh: '他人产生的预测文件。' }),
  test_dataset: Names.optional().meta({
    en: 'The same rows written in another way, as with another system prompt; same order, same answers.',
    zh: '同样的数据换一种写法（如不同的系统提示词），顺序与答案须一致。',
  }),
  judge_by: listOf(z.enum(['labels', 'answers']))
    .optional()
    .meta({ en: 'As above, for this candidate.', zh: '同上，仅用于该候选者。' }),
});

const LoadTest = z.strictObject({
  requests: z
    .int()
    .min(1)
    .default(200)
    .meta({ en: 'Requests at each concurrency.', zh: '每档并发的请求数。' }),
  concurrency: listOf(z.int().min(1).max(4096)).optional().meta({
    en: 'Requests under way at once: one level or several; those of the criteria are added.',
    zh: '并发数，可有多档；标准中提到的会自动加入。',
  }),
  path: z.enum(['classify', 'chat']).default('classify').meta({
    en: 'What is pressed: /v1/classify, or chat completions.',
    zh: '压测的接口：/v1/classify 或对话补全。',
  }),
  warm_up: z.int().min(0).default(8).meta({
    en: 'Requests before the measuring.',
    zh: '正式测量前的预热请求数。',
  }),
  candidates: z.array(z.string()).optional().meta({
    en: 'Who is pressed; the candidate of the criteria when absent. Endpoints only when named here.',
    zh: '压测哪些候选者；默认只压测标准所指的候选者，外部接口须在此写明。',
  }),
  price_per_hour: z.number().positive().optional().meta({
    en: 'What an hour of this machine costs: for the cost of a thousand requests.',
    zh: '本机每小时价格，用于计算每千次请求的成本。',
  }),
  currency: z.string().min(1).max(8).default('$').meta({ en: 'Of the price.', zh: '价格的货币。' }),
  target_qps: z.number().positive().optional().meta({
    en: 'The load to plan machines for.',
    zh: '用于规划机器数量的目标 QPS。',
  }),
});

export const ExperimentSchema = z.strictObject({
  name: Name.meta({ en: 'What it is called; also its folder.', zh: '实验名称，也是文件夹名。' }),
  question: z
    .string()
    .max(2000)
    .optional()
    .meta({ en: 'What is to be decided, for the report.', zh: '要回答的问题，写入报告。' }),
  output_dir: z.string().min(1).optional().meta({
    en: 'Where results lie; experiments/<name> when absent.',
    zh: '结果位置，默认 experiments/<name>。',
  }),
  settings: Settings.default({}).meta({
    en: 'Settings of a run file that all variants and candidates share.',
    zh: '所有训练方案与候选者共用的运行设置。',
  }),
  test_dataset: Names.meta({
    en: 'The held-out data sets that decide. No variant may train on them.',
    zh: '用于判定的留出数据集，任何训练方案都不得使用。',
  }),
  judge_by: listOf(z.enum(['labels', 'answers']))
    .default(['labels'])
    .meta({
      en: 'labels: the exact probability of each label; answers: what the model writes by itself. The first one counts.',
      zh: 'labels：每个标签的确切概率；answers：模型自由回答。以第一个为准。',
    }),
  variants: z.record(Name, Settings).default({}).meta({
    en: 'Trainings, by name: what each sets differently (data, settings, base model); {} for nothing.',
    zh: '训练方案：每个与共用设置的不同之处（数据、设置、基座模型），没有则写 {}。',
  }),
  candidates: z.record(Name, Candidate).optional().meta({
    en: 'Who is compared; the shared model as "base" and each variant when absent.',
    zh: '参与比较的候选者；默认为共用模型（base）和各训练方案。',
  }),
  candidate: z.string().optional().meta({
    en: 'Whom the criteria are about; the only variant when absent.',
    zh: '标准所指的候选者；只有一个方案时可省略。',
  }),
  incumbent: z
    .string()
    .optional()
    .meta({ en: 'Which candidate is in use today.', zh: '当前在用的是哪个候选者。' }),
  loadtest: LoadTest.optional().meta({
    en: 'How latency and throughput are measured.',
    zh: '如何测量延迟与吞吐。',
  }),
  criteria: Criteria.meta({
    en: 'The rule, set beforehand: go if all are met, no go if any fails, else not enough evidence.',
    zh: '事先定下的标准：全部达到为可以上线，任一未达到为不可上线，否则为证据不足。',
  }),
});

/** As it is written, with defaults. */
export type ExperimentFile = z.output<typeof ExperimentSchema>;
